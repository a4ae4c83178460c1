"""What can be said to the commands that teach and try out policies, and what all commands share.

Each is given what it calls: this module parses, and knows nothing of what is done.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lbm_studio.core.calibration import DEFAULT_SQUARE_M, CalibrationStep
from lbm_studio.core.network import LOOPBACK, STATION_PORT
from lbm_studio.core.shift import Shift
from lbm_studio.core.station_file import Driver

DEFAULT_STATION = "simulated"
DEFAULT_MINUTES = 10.0
MOST_EPISODES = 1_000_000
STUDY_MINUTES = 8.5
"""So that a training of a study takes ten with reading and all else [min]."""

Handler = Callable[[argparse.Namespace], int]
Commands = Any
"""What ``add_subparsers`` returns; argparse keeps the type to itself."""


def command(commands: Commands, name: str, handler: Handler, help_: str) -> argparse.ArgumentParser:
    """Add a command, described by its help."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help_, description=help_[0].upper() + help_[1:] + "."
    )
    parser.set_defaults(handler=handler)
    return parser


def add_demo(commands: Commands, handler: Handler) -> None:
    """The whole loop."""
    parser = command(
        commands,
        "demo",
        handler,
        "the whole loop without a window: record, train, run, report, pictures",
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a smoke test of a few minutes")
    size.add_argument("--full", action="store_true", help="what the skill needs: about an hour")
    add_start(parser)
    parser.add_argument("--out", type=Path, help="folder for everything (default: user data)")
    parser.add_argument("--fresh", action="store_true", help="forget what the folder holds already")
    add_json(parser)


def add_record(commands: Commands, handler: Handler) -> None:
    """Demonstrations."""
    parser = command(commands, "record", handler, "record demonstrations in simulation")
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="folder; made or added to")
    parser.add_argument("--skill", required=True, help="see lbm-studio skills")
    parser.add_argument("--episodes", type=positive, required=True, metavar="N")
    parser.add_argument("--demonstrator", choices=["scripted"], default="scripted")
    parser.add_argument("--seed", type=int, default=0, help="of the first layout (default: 0)")
    _add_driver(parser)
    add_processes(parser)
    add_station(parser)
    add_json(parser)


def add_train(commands: Commands, handler: Handler) -> None:
    """A training."""
    parser = command(commands, "train", handler, "train a policy, or go on with a training")
    parser.add_argument(
        "datasets",
        nargs="*",
        metavar="DATASET",
        help="what to learn from; none goes on with the run in RUN_DIR",
    )
    add_start(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="RUN_DIR")
    parser.add_argument(
        "--minutes", type=duration, help=f"time to optimise for (default: {DEFAULT_MINUTES:g})"
    )
    parser.add_argument("--steps", type=positive, help="number of steps, instead of --minutes")
    parser.add_argument(
        "--preset",
        metavar="NAME",
        help="compact, pretrained, or lbm1: TRI's sizes; without --from, from scratch",
    )
    parser.add_argument("--seed", type=int, default=0)
    add_json(parser)


def add_pretrain(commands: Commands, handler: Handler) -> None:
    """A training on a mixture."""
    parser = command(
        commands,
        "pretrain",
        handler,
        "record what a mixture lacks, train on all of it, and roll every skill out",
    )
    parser.add_argument("mixture", type=Path, metavar="MIXTURE.toml")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN_DIR")
    parser.add_argument(
        "--from", dest="start_from", metavar="CHECKPOINT", help="fine-tune this one"
    )
    parser.add_argument(
        "--go-on",
        action="store_true",
        help="go on with the training that left CHECKPOINT, from its weights alone",
    )
    parser.add_argument(
        "--recordings", type=Path, metavar="DIR", help="for what is recorded (default: in RUN_DIR)"
    )
    add_processes(parser)
    add_json(parser)


def add_datasets(commands: Commands, check: Handler, repair: Handler, merge: Handler) -> None:
    """What is done to recordings before they are learned from."""
    parser = command(
        commands, "check", check, "say what is doubtful about demonstrations, before training"
    )
    _add_dataset(parser, nargs="+")
    add_json(parser)
    parser = command(commands, "repair", repair, "recover what a crash left of a dataset")
    _add_dataset(parser)
    add_json(parser)
    parser = command(commands, "merge", merge, "copy the episodes of datasets into one")
    _add_dataset(parser, nargs="+")
    parser.add_argument(
        "--into", type=Path, required=True, metavar="DATASET", help="made where there is none"
    )
    add_json(parser)


def add_interchange(commands: Commands, import_: Handler, export: Handler) -> None:
    """Demonstrations from and for other programs."""
    parser = command(
        commands, "import", import_, "import episodes of another program by a mapping file"
    )
    parser.add_argument(
        "source", type=Path, metavar="SOURCE", help="LeRobot, robomimic, UMI, RLDS or LBM-Eval"
    )
    parser.add_argument("--out", type=Path, metavar="DATASET", help="folder; made or added to")
    parser.add_argument(
        "--mapping", type=Path, metavar="FILE.toml", help="what the numbers and pictures mean"
    )
    parser.add_argument(
        "--propose",
        action="store_true",
        help="propose a mapping instead, into FILE.toml or else on the screen",
    )
    parser.add_argument("--format", metavar="NAME", help="default: what SOURCE looks like")
    add_station(parser)
    add_json(parser)
    parser = command(
        commands, "export", export, "export episodes, edits applied, as a LeRobot v3.0 dataset"
    )
    _add_dataset(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--episodes", type=episodes, metavar="LIST", help="e.g. 0,3-5,7.2; default: all kept ones"
    )
    add_json(parser)


def _add_dataset(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    name = "datasets" if nargs else "dataset"
    parser.add_argument(name, type=Path, nargs=nargs, metavar="DATASET")


def add_study(commands: Commands, data_efficiency: Handler, variants: Handler) -> None:
    """Comparisons of policies that take long."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "study", help="comparisons that take hours; interrupted, they go on where they were"
    )
    studies = parser.add_subparsers(title="studies", metavar="STUDY", required=True)
    _add_data_efficiency(studies, data_efficiency)
    _add_variants(studies, variants)


def _add_data_efficiency(studies: Commands, handler: Handler) -> None:
    parser = command(
        studies, "data-efficiency", handler, "measure how many demonstrations a new skill takes"
    )
    parser.add_argument(
        "--from",
        dest="start_from",
        metavar="CHECKPOINT",
        help="compared with training from nothing (default: shipped)",
    )
    _add_cells(parser, "every unseen skill")


def _add_variants(studies: Commands, handler: Handler) -> None:
    parser = command(
        studies, "variants", handler, "train with one thing changed, and measure what it is worth"
    )
    parser.add_argument(
        "--variant",
        action="append",
        default=[],
        metavar="NAME",
        help="default: all; an unknown one lists them",
    )
    _add_cells(parser, "put_cube_in_tray and open_drawer")
    parser.add_argument("--episodes", type=positive, default=100, metavar="N", help="default: 100")
    parser.add_argument(
        "--seeds", type=positive, default=1, metavar="N", help="trainings of each (default: 1)"
    )


def _add_cells(parser: argparse.ArgumentParser, skills: str) -> None:
    """Let it be chosen how every policy of a study is measured."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for its results")
    parser.add_argument(
        "--skill", action="append", default=[], metavar="NAME", help=f"default: {skills}"
    )
    parser.add_argument(
        "--minutes", type=duration, default=STUDY_MINUTES, help=f"default: {STUDY_MINUTES:g}"
    )
    parser.add_argument("--trials", type=positive, default=50, metavar="N", help="default: 50")
    parser.add_argument(
        "--budget", type=duration, metavar="MINUTES", help="begin nothing new after so long"
    )
    add_processes(parser)
    add_station(parser)
    add_json(parser)


def add_rollout(commands: Commands, handler: Handler) -> None:
    """A policy on its own."""
    parser = command(commands, "rollout", handler, "run a policy on layouts it has never seen")
    parser.add_argument("checkpoint", nargs="?", default="", metavar="CHECKPOINT")
    parser.add_argument("--skill", required=True, help="see lbm-studio skills")
    parser.add_argument("--trials", type=positive, default=20, metavar="N")
    parser.add_argument(
        "--seed", type=not_negative, default=0, help="another one gives other layouts (default: 0)"
    )
    parser.add_argument("--execute", type=positive, metavar="N", help="steps of each chunk")
    parser.add_argument(
        "--baseline", choices=["idle", "replay"], default="", help="instead of a checkpoint"
    )
    parser.add_argument(
        "--dataset", default="", help="whose first episode --baseline replay repeats"
    )
    parser.add_argument(
        "--shift",
        action="append",
        default=[],
        metavar="NAME",
        help=f"change the station; may be repeated: {', '.join(Shift)}",
    )
    parser.add_argument(
        "--unheard", action="store_true", help="ask in words that are never recorded or taught"
    )
    parser.add_argument(
        "--record", default="", metavar="DATASET", help="keep the trials as episodes"
    )
    _add_driver(parser)
    add_processes(parser)
    add_station(parser)
    add_json(parser)


def add_machines(commands: Commands, serve: Handler, pair: Handler, unpair: Handler) -> None:
    """The window on one machine, the station on another."""
    parser = command(
        commands, "serve-station", serve, "run a station here for a paired workstation to use"
    )
    parser.add_argument("name", metavar="NAME", help="of the station, or path of its file")
    parser.add_argument(
        "--host", default=LOOPBACK, help="address to listen at (default: %(default)s, no network)"
    )
    _add_port(parser)
    parser.add_argument("--pair", action="store_true", help="pair a workstation first, by a code")
    parser = command(
        commands, "pair", pair, "let this machine use a station that another one serves"
    )
    parser.add_argument("host", metavar="HOST", help="name or address of the other machine")
    parser.add_argument("code", metavar="CODE", help="that serve-station --pair shows there")
    _add_port(parser)
    parser.add_argument("--name", default="", help="what to call it (default: its own name)")
    parser = command(commands, "unpair", unpair, "let a paired machine in no more, nor use it")
    parser.add_argument("name", metavar="NAME", help="an unknown one lists them")


def _add_port(parser: argparse.ArgumentParser) -> None:
    help_ = "TCP and UDP (default: %(default)s)"
    parser.add_argument("--port", type=positive, default=STATION_PORT, metavar="N", help=help_)


def add_calibrate(commands: Commands, board: Handler, calibrate: Handler) -> None:
    """Finding out where cameras and arms really are."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "calibrate", help="find out where cameras and arms really are, from pictures of a board"
    )
    steps = parser.add_subparsers(title="steps", metavar="STEP", required=True)
    page = command(steps, "board", board, "write the board to be printed")
    page.add_argument("file", type=Path, metavar="FILE", help="a .pdf or .png")
    _add_square(page)
    for step, (subject, help_) in _STEPS.items():
        parser = command(steps, step, calibrate, help_)
        parser.set_defaults(step=step)
        parser.add_argument("subject", metavar=subject)
        parser.add_argument(
            "--station", default=argparse.SUPPRESS, help="name or file of the one to be calibrated"
        )
        parser.add_argument(
            "--pictures", type=Path, metavar="DIR", help="taken before, instead of taking them now"
        )
        parser.add_argument(
            "--session", type=Path, metavar="DIR", help="of the running station that takes them"
        )
        parser.add_argument("--out", type=Path, metavar="DIR", help="keeps the pictures")
        parser.add_argument(
            "--board-at",
            type=float,
            nargs=4,
            default=(0.0, 0.0, 0.0, 0.0),
            metavar=("X", "Y", "Z", "DEG"),
            help="where its centre is in the station frame, in m, and how far it is turned",
        )
        _add_square(parser)
        add_json(parser)


_STEPS = {
    CalibrationStep.INTRINSICS: ("CAMERA", "find out how a lens maps the world to pixels"),
    CalibrationStep.SCENE: ("CAMERA", "find out where it is; the board lies on the table"),
    CalibrationStep.WRIST: ("ARM", "find out how the cameras on its hand are mounted"),
    CalibrationStep.BASES: ("ARM", "find out where it stands; the board lies at a known place"),
}


def _add_square(parser: argparse.ArgumentParser) -> None:
    usual_mm = 1000.0 * DEFAULT_SQUARE_M
    parser.add_argument(
        "--square-mm",
        type=duration,
        default=usual_mm,
        help=f"edge of a printed square (default: {usual_mm:g})",
    )


def add_cameras(commands: Commands, handler: Handler) -> None:
    """Real cameras."""
    parser = command(
        commands,
        "cameras",
        handler,
        "list the cameras that are attached, and see how a station's are",
    )
    parser.add_argument(
        "--station", default=argparse.SUPPRESS, help="look through its cameras as well"
    )
    parser.add_argument(
        "--remember", action="store_true", help="what they see now is what they are to see"
    )
    add_json(parser)


def add_replay(commands: Commands, handler: Handler) -> None:
    """A recorded episode once more."""
    parser = command(
        commands, "replay", handler, "repeat a recorded episode on the layout it was recorded on"
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET")
    parser.add_argument("episode", type=int, metavar="EPISODE", help="number, counting from 0")
    add_json(parser)


def add_doctor(commands: Commands, handler: Handler) -> None:
    """How the machine is."""
    parser = command(commands, "doctor", handler, "measure this machine and say what is missing")
    parser.add_argument("--tick", action="store_true", help="only run one tick of the simulation")
    add_json(parser)


def add_skills(commands: Commands, handler: Handler) -> None:
    """What the simulated station can be asked to do."""
    parser = command(commands, "skills", handler, "list the skills of the simulated station")
    add_json(parser)


def add_robot_simulator(commands: Commands, handler: Handler) -> None:
    """Controllers of real arms, simulated."""
    parser = command(
        commands,
        "robot-simulator",
        handler,
        "simulate the controllers of real arms on 127.0.0.1, 127.0.0.2 ..., to be connected to",
    )
    parser.add_argument("--skill", default="", help="whose objects lie on the table")
    parser.add_argument("--seed", type=int, default=0, help="of their layout (default: 0)")
    add_station(parser)


def add_shots(commands: Commands, handler: Handler) -> None:
    """Pictures of everything."""
    parser = command(
        commands, "shots", handler, "render every panel, skill and shift into a folder"
    )
    parser.add_argument("folder", type=Path, metavar="DIR")


def add_stop_window(commands: Commands, handler: Handler) -> None:
    """The STOP window."""
    parser = command(commands, "stop-window", handler, "open the STOP window of a session")
    parser.add_argument("--session", type=Path, required=True, metavar="DIR")


def add_worker(commands: Commands, handler: Handler) -> None:
    """One background process."""
    parser = command(commands, "worker", handler, "run one background process of the application")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="NAME ...")


def add_start(parser: argparse.ArgumentParser) -> None:
    """Let it be chosen what a training starts from."""
    parser.add_argument(
        "--from",
        dest="start_from",
        metavar="CHECKPOINT",
        help="fine-tune this one; shipped (default, where it fits) or scratch are names as well",
    )


def add_station(parser: argparse.ArgumentParser) -> None:
    """Let the station be chosen: by its name, or by the path of its file."""
    # Left out, the one before the command counts: a default here would overwrite it.
    default = argparse.SUPPRESS
    help_ = f"name, or path of a station file (default: {DEFAULT_STATION})"
    parser.add_argument("--station", default=default, help=help_)


def _add_driver(parser: argparse.ArgumentParser) -> None:
    """Let it be chosen how arms are moved."""
    parser.add_argument(
        "--driver",
        type=Driver,
        choices=list(Driver),
        default=Driver.SIMULATED,
        help="franka: that of real arms, on controllers that are simulated (default: simulated)",
    )


def add_processes(parser: argparse.ArgumentParser) -> None:
    """Let the number of processes be chosen."""
    parser.add_argument("--processes", type=positive, default=2, metavar="N", help="default: 2")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Let the figures be written to a file."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def duration(text: str) -> float:
    """Read a finite number of more than 0."""
    value = float(text)
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return value


def not_negative(text: str) -> int:
    """Read a whole number of at least 0."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must be at least 0")
    return value


def episodes(text: str) -> list[str]:
    """Read titles of episodes, ``"0,3-5,7.2"``; a range counts whole recordings."""
    titles: list[str] = []
    for piece in text.split(","):
        first, dash, last = (part.strip() for part in piece.partition("-"))
        if not dash:
            titles.append(first)
        elif first.isdecimal() and last.isdecimal() and int(first) <= int(last) < MOST_EPISODES:
            titles += [str(number) for number in range(int(first), int(last) + 1)]
        else:
            raise argparse.ArgumentTypeError(f"{piece} is no range; write e.g. 3-5")
    return titles
