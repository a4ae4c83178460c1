"""Temporal ensembling: what overlapping chunks say of the same moment, averaged.

After ACT (Zhao et al. 2023, arXiv 2304.13705, section III): the weights are ``exp(-decay i)``,
where the oldest chunk has ``i = 0``. A small decay lets new ones in quickly. Averaged rotations are
no rotations until they are made so again, which is done where vectors are read.

Legend: T chunk steps, A action size.
"""

import numpy as np

from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import ChunkSpec
from lbm_studio.core.pose import FloatArray


class TemporalEnsemble:
    """The chunks of one episode that still say something of the future.

    Args:
        spec: their shape in time.
        decay: of the weights, from the oldest to the newest.
    """

    def __init__(self, spec: ChunkSpec, decay: float) -> None:
        self._spec = spec
        self._decay = decay
        self._chunks: list[tuple[int, FloatArray]] = []

    def average(self, vectors: FloatArray, captured_ns: int) -> FloatArray:
        """Return a new chunk (T, A) of absolute vectors, averaged with the older ones.

        Args:
            vectors: the chunk.
            captured_ns: when what it answers was captured [ns].
        """
        spec = self._spec
        kept = [
            (begun_ns, chunk)
            for begun_ns, chunk in self._chunks
            if self._steps_since(begun_ns, captured_ns) < spec.length - spec.past
        ]
        self._chunks = [*kept, (captured_ns, vectors)]
        result = vectors.copy()
        for step in range(spec.past, spec.length):
            said = np.stack(self._said_of(step, captured_ns))  # (chunks, A)
            weights = np.exp(-self._decay * np.arange(len(said)))
            result[step] = weights @ said / weights.sum()
        return result

    def _said_of(self, step: int, captured_ns: int) -> list[FloatArray]:
        """Return what each chunk says of that step of the newest one, oldest first."""
        steps = [step + self._steps_since(begun_ns, captured_ns) for begun_ns, _ in self._chunks]
        pairs = zip(steps, self._chunks, strict=True)
        return [chunk[number] for number, (_, chunk) in pairs if number < len(chunk)]

    def _steps_since(self, begun_ns: int, captured_ns: int) -> int:
        return round(seconds_between(begun_ns, captured_ns) / self._spec.period_s)
