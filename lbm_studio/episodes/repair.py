"""Recovering a dataset after a crash, and leaving out what cannot be recovered.

Left-overs of episodes that were never kept go, and what describes the kept ones is completed. An
episode whose files were damaged by something else stays where it is; an edit leaves it out, which
can be undone.
"""

from dataclasses import dataclass
from pathlib import Path

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.change import Change, EditField
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.projection import project
from lbm_studio.episodes.identity import read_identity
from lbm_studio.episodes.opening import put_in_order
from lbm_studio.episodes.recovery import was_never_finished
from lbm_studio.episodes.storage import FolderLock, full_disk_in_words
from lbm_studio.episodes.verify import verify_dataset


@dataclass(frozen=True)
class RepairReport:
    """What came of a repair.

    Attributes:
        dataset: its folder.
        episodes: how many are sound and not deleted.
        mended: what was wrong and is not any more, one sentence each.
        left_out: what cannot be read and was left out, one sentence each.
        remaining: what is still wrong.
    """

    dataset: str
    episodes: int
    mended: tuple[str, ...]
    left_out: tuple[str, ...]
    remaining: tuple[str, ...]

    def in_words(self) -> str:
        """Return the report as text."""
        lines: list[str] = []
        headings = {
            "Mended:": self.mended,
            "Left out of training, which Review can undo:": self.left_out,
            "Still wrong:": self.remaining,
        }
        for heading, sentences in headings.items():
            if sentences:
                lines += [heading, *(f"  {sentence}" for sentence in sentences)]
        state = "needed no repair" if not lines else "can be read"
        return "\n".join([*lines, f"“{self.dataset}” {state}: {self.episodes} episodes."])


def repair_dataset(root: Path) -> RepairReport:
    """Recover what a crash left of a dataset.

    Raises:
        DatasetError: the folder is no dataset of ours, is being recorded to, or its table of
            episodes is damaged.
        DiskFullError: the disk is full.
    """
    if root.is_dir() and was_never_finished(root):
        raise DatasetError(f"“{root}” was never finished: it holds no episode. Record to it anew.")
    before = verify_dataset(root)
    if read_identity(root) is None:
        raise DatasetError(f"“{root}” was recorded by another program: it is not repaired here.")
    lock = FolderLock(root / "meta", dataset=root)
    try:
        with full_disk_in_words(root):
            put_in_order(root)
    finally:
        lock.release()
    after = verify_dataset(root)
    left_out = _leave_out(root, after.hurt)
    projection = project(Dataset.open(root).episodes, EditLog(root))
    remaining = [one for one in after.findings if not after.hurt or one in after.left_behind]
    return RepairReport(
        dataset=str(root),
        episodes=len(projection.kept),
        mended=tuple(one for one in before.findings if one not in after.findings),
        left_out=left_out,
        remaining=(*remaining, *projection.remarks),
    )


def _leave_out(root: Path, hurt: tuple[int, ...]) -> tuple[str, ...]:
    """Delete, as an edit, the episodes that cannot be read; return a sentence for each."""
    log = EditLog(root)
    views = [v for v in project(Dataset.open(root).episodes, log).kept if v.index in hurt]
    log.apply(*(Change(view.uuid, EditField.DELETED, True) for view in views))
    return tuple(f"Episode {view.title} cannot be read whole." for view in views)
