# pyright: basic, reportMissingImports=false
# LeRobot is in the other interpreter only.
"""What official LeRobot makes of our datasets. Run in an interpreter that has it; ours has not.

    HF_HUB_OFFLINE=1 PYTHON in_lerobot.py FOLDER

FOLDER holds the datasets ``recorded``, ``plain`` and ``annotated``. LeRobot reads every frame, and
merges, shortens, appends, annotates and trains in new folders beside them. What it read is left in
``*.npz``, what else came of it in ``answers.json``.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
from lerobot.annotations.steerable_pipeline.reader import iter_episodes
from lerobot.annotations.steerable_pipeline.staging import EpisodeStaging
from lerobot.annotations.steerable_pipeline.writer import LanguageColumnsWriter
from lerobot.configs import RGBEncoderConfig
from lerobot.datasets.dataset_tools import delete_episodes, merge_datasets
from lerobot.datasets.language import language_feature_info
from lerobot.datasets.language_render import active_at
from lerobot.datasets.lerobot_dataset import LeRobotDataset

NUMBERS = ("observation.state", "action", "episode_index", "frame_index", "lbm.captured_ns")
LANGUAGE = "language_persistent"
READ = (
    *("recorded", "annotated", "merged", "doubled", "shortened", "rest", "resumed"),
    "rewritten",
)
APPENDED_FRAMES = 4
STEPS = 2
SMALL_ACT = (
    "--policy.type=act",
    "--policy.device=cpu",
    "--policy.push_to_hub=false",
    "--policy.pretrained_backbone_weights=null",
    "--policy.chunk_size=8",
    "--policy.n_action_steps=8",
    "--policy.dim_model=64",
    "--policy.n_heads=4",
    "--policy.dim_feedforward=64",
    "--dataset.use_imagenet_stats=false",
    "--batch_size=2",
    "--num_workers=0",
    "--prefetch_factor=null",
    "--persistent_workers=false",
    f"--steps={STEPS}",
    f"--save_freq={STEPS}",
    "--log_freq=1",
    "--env_eval_freq=0",
    "--wandb.enable=false",
)


def opened(root: Path) -> Any:
    return LeRobotDataset(f"local/{root.name}", root=root)


def read(root: Path) -> None:
    """Leave every frame as LeRobot gives it: numbers, pictures, goal and phase."""
    dataset = opened(root)
    frames = [dataset[index] for index in range(len(dataset))]
    values: dict[str, Any] = {
        key: np.stack([frame[key].numpy() for frame in frames]) for key in NUMBERS
    }
    for key in dataset.meta.video_keys:
        pictures = np.stack([frame[key].numpy() for frame in frames])
        values[key] = np.rint(255 * pictures.transpose(0, 2, 3, 1)).astype(np.uint8)
    values["task"] = np.array([frame["task"] for frame in frames])
    values["phase"] = np.array([phase_of(frame) for frame in frames])
    np.savez(root.with_suffix(".npz"), **values)


def phase_of(frame: Mapping[str, Any]) -> str:
    """Return the phase that LeRobot says a frame belongs to."""
    rows = frame.get(LANGUAGE) or []
    row = active_at(float(frame["timestamp"]), persistent=rows, style="subtask")
    return row["content"] if row else ""


def append(root: Path) -> None:
    """Add an episode of the first frames of the dataset to it."""
    known = opened(root)
    frames = [known[index] for index in range(APPENDED_FRAMES)]
    resumed = LeRobotDataset.resume(
        f"local/{root.name}",
        root=root,
        rgb_encoder=RGBEncoderConfig(vcodec="h264", preset="ultrafast"),
    )
    given = [key for key in resumed.meta.features if key in frames[0]]
    counted = {"timestamp", "frame_index", "episode_index", "index", "task_index"}
    for frame in frames:
        values = {key: as_given(frame[key].numpy()) for key in given if key not in counted}
        resumed.add_frame({**values, "task": "do it once more"})
    resumed.save_episode()
    resumed.finalize()


def as_given(value: Any) -> Any:
    if value.ndim == 3:  # a picture
        return np.rint(255 * value.transpose(1, 2, 0)).astype(np.uint8)
    return value.reshape(1) if value.ndim == 0 else value


def annotate(root: Path, staging: Path) -> None:
    """Have LeRobot write the phases and paraphrases that a dataset holds anew."""
    dataset, records = opened(root), list(iter_episodes(root))
    for record in records:
        first = int(dataset.meta.episodes[record.episode_index]["dataset_from_index"])
        EpisodeStaging(staging, record.episode_index).write("plan", dataset[first][LANGUAGE])
    LanguageColumnsWriter().write_all(records, staging, root)
    told = json.loads((root / "meta/info.json").read_text(encoding="utf-8"))
    told["features"] |= language_feature_info()
    (root / "meta/info.json").write_text(json.dumps(told), encoding="utf-8")


def train(root: Path) -> Mapping[str, Any]:
    """Train a small policy for a few steps; return what was learned from and how it went."""
    output = root.with_name(f"trained-{root.name}")
    command = [sys.executable, "-m", "lerobot.scripts.lerobot_train", *SMALL_ACT]
    command += [f"--dataset.repo_id=local/{root.name}", f"--dataset.root={root}"]
    command += [f"--output_dir={output}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    said = run.stdout + run.stderr
    if run.returncode:
        raise RuntimeError(said[-4000:])
    kept = output / "checkpoints" / "last" / "pretrained_model"
    config = json.loads((kept / "config.json").read_text(encoding="utf-8"))
    return {
        "losses": [float(loss) for loss in re.findall(r"\bloss:([-+.\w]+)", said)],
        "inputs": {key: value["shape"] for key, value in config["input_features"].items()},
        "outputs": {key: value["shape"] for key, value in config["output_features"].items()},
        "weights_bytes": (kept / "model.safetensors").stat().st_size,
    }


def main(folder: Path) -> None:
    recorded, plain, annotated = (folder / name for name in ("recorded", "plain", "annotated"))
    merge_datasets([opened(recorded), opened(plain)], "local/merged", folder / "merged")
    merge_datasets([opened(annotated)] * 2, "local/doubled", folder / "doubled")
    delete_episodes(opened(recorded), [0], folder / "shortened", "local/shortened")
    delete_episodes(opened(annotated), [0], folder / "rest", "local/rest")
    append(copytree(recorded, folder / "resumed"))
    annotate(copytree(annotated, folder / "rewritten"), folder / "staging")
    for name in READ:
        read(folder / name)
    answers = {
        "versions": {
            name: version(name) for name in ("lerobot", "torch", "torchcodec", "datasets")
        },
        "decoder": opened(recorded)._video_backend,  # noqa: SLF001  # nothing public says it
        "trained": {root.name: train(root) for root in (recorded, annotated)},
    }
    (folder / "answers.json").write_text(json.dumps(answers, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
