"""The command line: parses, calls what does the work, and tells the outcome.

What a command needs is imported inside its handler, so that the window starts without torch and
``--help`` starts without anything.
"""

import argparse
import errno
import importlib
import importlib.util
import logging
import pkgutil
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from lbm_studio import __version__
from lbm_studio.arguments import (
    DEFAULT_MINUTES,
    DEFAULT_STATION,
    Handler,
    add_calibrate,
    add_cameras,
    add_datasets,
    add_demo,
    add_doctor,
    add_interchange,
    add_machines,
    add_pretrain,
    add_record,
    add_replay,
    add_robot_simulator,
    add_rollout,
    add_shots,
    add_skills,
    add_stop_window,
    add_study,
    add_train,
    add_worker,
)
from lbm_studio.core.codec import to_json
from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.core.runs import EventKind, JobStatus, forget_stop, read_events, write_json
from lbm_studio.terminal import (
    bar,
    file_trouble,
    follow,
    interrupt,
    interrupt_asks,
    make_room_for_json,
)

if TYPE_CHECKING:
    from lbm_studio.workers.study import Study

RUINOUS = 1
USER_ERROR = 2
INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code.

    0; 1 where a check found what would ruin a training; 2 for what a user can mend; 130 for Ctrl-C.
    """
    if arguments and arguments[0] == "worker":
        options = argparse.Namespace(handler=_worker, arguments=list(arguments[1:]))
    else:
        options = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    handler: Handler = options.handler
    try:
        make_room_for_json(getattr(options, "json", None))
        return handler(options)
    except StudioError as error:
        print(error, file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.filename is None and error.errno != errno.ENOSPC:
            raise
        print(file_trouble(error), file=sys.stderr)
        return USER_ERROR


# --- what can be said ----------------------------------------------------------------------------


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="lbm-studio",
        description="Teach a two-armed robot station new skills by demonstration, and run them. "
        "Without a command, the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.set_defaults(handler=_window)
    help_ = "name or file of the one to be connected (default: the one of last time)"
    parser.add_argument("--station", help=help_)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_demo(commands, _demo)
    add_record(commands, _record)
    add_train(commands, _train)
    add_pretrain(commands, _pretrain)
    add_rollout(commands, _rollout)
    add_study(commands, _data_efficiency, _variants)
    add_datasets(commands, _check, _repair, _merge)
    add_interchange(commands, _import, _export)
    add_machines(commands, _serve_station, _pair, _unpair)
    add_cameras(commands, _cameras)
    add_calibrate(commands, _board, _calibrate)
    add_replay(commands, _replay)
    add_doctor(commands, _doctor)
    add_skills(commands, _skills)
    add_robot_simulator(commands, _robot_simulator)
    add_shots(commands, _shots)
    add_stop_window(commands, _stop_window)
    add_worker(commands, _worker)
    return parser


# --- what is done --------------------------------------------------------------------------------


def _window(options: argparse.Namespace) -> int:
    from lbm_studio.ui.application import main as open_window

    return open_window(options.station)


def _demo(options: argparse.Namespace) -> int:
    from lbm_studio.workers.demo import FULL, QUICK, USUAL, run_demo

    signal.signal(signal.SIGTERM, interrupt)  # so that the running stage is ended as well
    size = QUICK if options.quick else FULL if options.full else USUAL
    report = run_demo(
        size, options.out, start_from=options.start_from, fresh=options.fresh, say=_say
    )
    _finish(options, report, report.in_words())
    return 0


def _record(options: argparse.Namespace) -> int:
    from lbm_studio.workers.record import RecordSpec, record

    spec = RecordSpec(
        dataset=str(options.dataset),
        skill=options.skill,
        episodes=options.episodes,
        seed=options.seed,
        station=options.station or DEFAULT_STATION,
        demonstrator=options.demonstrator,
        processes=options.processes,
        driver=options.driver,
    )
    with interrupt_asks() as is_asked, bar("recording", "episodes") as progress:
        report = record(spec, progress, is_asked)
    words = f"Recorded {report.episodes} episodes into {report.dataset} in {report.seconds:.0f} s."
    _finish(options, report, words)
    return INTERRUPTED if report.stopped else 0


def _train(options: argparse.Namespace) -> int:
    from lbm_studio.learning.training.spec import TrainSpec
    from lbm_studio.workers.train import begin_run, refuse_contradictions, train

    refuse_contradictions(
        options.out,
        options.datasets,
        options.start_from,
        minutes=options.minutes,
        steps=options.steps,
        preset=options.preset,
    )
    if options.datasets:
        steps, minutes = options.steps or 0, options.minutes
        spec = TrainSpec(
            datasets=tuple(options.datasets),
            minutes=DEFAULT_MINUTES if minutes is None and not steps else minutes,
            steps=steps,
            seed=options.seed,
        )
        _say(begin_run(options.out, spec, options.start_from, options.preset))
    forget_stop(options.out)
    with interrupt_asks() as is_asked, follow(options.out):
        status = train(options.out, is_asked)
    metrics = _last_metrics(options.out)
    _finish(options, {"status": status.value, **metrics}, f"Training is {status} in {options.out}.")
    return INTERRUPTED if status is JobStatus.STOPPED and is_asked() else 0


def _pretrain(options: argparse.Namespace) -> int:
    from lbm_studio.workers.pretrain import PretrainSpec, pretrain

    spec = PretrainSpec(
        mixture=options.mixture,
        run=options.out,
        start_from=options.start_from,
        goes_on=options.go_on,
        recordings=options.recordings,
        processes=options.processes,
    )
    with interrupt_asks() as is_asked, follow(options.out):
        report = pretrain(spec, _say, is_asked)
    _finish(options, report, report.in_words())
    return INTERRUPTED if report.stopped else 0


def _rollout(options: argparse.Namespace) -> int:
    from lbm_studio.core.episode import FIRST_UNSEEN_SEED
    from lbm_studio.core.shift import find_shifts
    from lbm_studio.workers.rollouts import RolloutSpec, rollout_beside_simulation

    spec = RolloutSpec(
        skill=options.skill,
        trials=options.trials,
        checkpoint=options.checkpoint,
        baseline=options.baseline,
        dataset=options.dataset,
        station=options.station or DEFAULT_STATION,
        seed=FIRST_UNSEEN_SEED + options.seed,
        execute=options.execute,
        processes=options.processes,
        shifts=find_shifts(options.shift),
        unheard=options.unheard,
        driver=options.driver,
        recording=options.record,
    )
    done = iter(range(1, spec.trials + 1))
    with bar("rolling out", "trials") as progress:
        report = rollout_beside_simulation(spec, lambda _: progress(next(done), spec.trials))
    _finish(options, report, report.in_words())
    return 0


def _data_efficiency(options: argparse.Namespace) -> int:
    from lbm_studio.policy.manifest import SHIPPED, resolve_checkpoint
    from lbm_studio.workers.data_efficiency import data_efficiency

    checkpoint = resolve_checkpoint(Path(options.start_from or SHIPPED))
    return _study(options, data_efficiency(str(checkpoint), options.skill))


def _variants(options: argparse.Namespace) -> int:
    from lbm_studio.workers.variants import variants

    study = variants(
        options.variant, options.skill, demonstrations=options.episodes, seeds=options.seeds
    )
    return _study(options, study)


def _study(options: argparse.Namespace, study: "Study") -> int:
    from lbm_studio.workers.study import StudySpec, run_study

    signal.signal(signal.SIGTERM, interrupt)  # so that the running stage is ended as well
    spec = StudySpec(
        minutes=options.minutes,
        trials=options.trials,
        station=options.station or DEFAULT_STATION,
        processes=options.processes,
        budget_minutes=options.budget,
    )
    results = run_study(study, spec, options.out, _say)
    _finish(options, results, study.in_words(results))
    return 0


def _replay(options: argparse.Namespace) -> int:
    from lbm_studio.workers.replay import replay

    report = replay(options.dataset, options.episode)
    verdict = "success" if report.success else "failure"
    words = (
        f"“{report.goal}”: {verdict} after {report.frames} steps, "
        f"at most {100 * report.largest_error_m:.1f} cm from where it was recorded."
    )
    _finish(options, report, words)
    return 0


def _check(options: argparse.Namespace) -> int:
    from lbm_studio.episodes.quality.report import check_datasets

    with bar("checking", "episodes") as progress:
        report = check_datasets(options.datasets, progress)
    _finish(options, report, report.in_words())
    return RUINOUS if report.ruinous else 0


def _repair(options: argparse.Namespace) -> int:
    from lbm_studio.episodes.repair import repair_dataset

    report = repair_dataset(options.dataset)
    _finish(options, report, report.in_words())
    return 0


def _merge(options: argparse.Namespace) -> int:
    from lbm_studio.episodes.merge import merge_datasets

    with bar("merging", "episodes") as progress:
        report = merge_datasets(options.datasets, options.into, progress)
    _finish(options, report, report.in_words())
    return 0


def _import(options: argparse.Namespace) -> int:
    from lbm_studio.workers.interchange import ImportSpec, import_dataset, propose

    spec = ImportSpec(
        source=options.source,
        mapping=options.mapping,
        dataset=options.out,
        format=options.format,
        station=options.station or DEFAULT_STATION,
    )
    if options.propose:
        _say(propose(spec))
        return 0
    with interrupt_asks() as is_asked, bar("importing", "episodes") as progress:
        report = import_dataset(spec, progress, is_asked)
    _finish(options, report, report.in_words())
    return INTERRUPTED if report.stopped else 0


def _export(options: argparse.Namespace) -> int:
    from lbm_studio.episodes.interchange.exporter import export_episodes

    with interrupt_asks() as is_asked, bar("exporting", "episodes") as progress:
        report = export_episodes(options.dataset, options.out, options.episodes, progress, is_asked)
    _finish(options, report, report.in_words())
    return INTERRUPTED if report.stopped else 0


def _serve_station(options: argparse.Namespace) -> int:
    from lbm_studio.app.machines import serve_station

    with interrupt_asks() as is_asked:
        serve_station(
            options.name,
            options.host,
            options.port,
            pairs=options.pair,
            say=_say,
            is_over=is_asked,
        )
    return 0


def _pair(options: argparse.Namespace) -> int:
    from lbm_studio.app.machines import pair_with_station

    pair_with_station(options.host, options.code, options.port, options.name, _say)
    return 0


def _unpair(options: argparse.Namespace) -> int:
    from lbm_studio.app.machines import forget

    forget(options.name, _say)
    return 0


def _board(options: argparse.Namespace) -> int:
    from lbm_studio.station.calibration.board import Board
    from lbm_studio.station.calibration.printing import write_board

    _say(write_board(Board(square_m=options.square_mm / 1000.0), options.file))
    return 0


def _calibrate(options: argparse.Namespace) -> int:
    from lbm_studio.workers.calibrate import calibrate_by_command

    with interrupt_asks() as is_asked:
        found = calibrate_by_command(options, _say, is_asked)
    if found is None:
        return INTERRUPTED
    _finish(options, found.residuals, found.in_words())
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from lbm_studio.workers.doctor import examine, run_one_tick

    if options.tick:
        _say(run_one_tick())
        return 0
    report = examine(_say)
    _finish(options, report, report.in_words())
    return 0


def _cameras(options: argparse.Namespace) -> int:
    from lbm_studio.workers.camera_report import report_cameras

    report = report_cameras(options.station or "", remember=options.remember)
    _finish(options, report, report.in_words())
    return 0


def _skills(options: argparse.Namespace) -> int:
    from lbm_studio.station.simulation.catalogue import SKILLS

    rows = [
        {
            "name": skill.name,
            "family": skill.family,
            "bimanual": skill.bimanual,
            "pretraining": skill.pretraining,
            "goals": list(skill.goals),
        }
        for skill in SKILLS
    ]
    width = max(len(skill.name) for skill in SKILLS)
    lines = [f"{s.name:<{width}}  {s.family}: {s.title}" for s in SKILLS]
    _finish(options, rows, "\n".join(lines))
    return 0


def _robot_simulator(options: argparse.Namespace) -> int:
    from lbm_studio.workers.robot_simulator import simulate_robots

    station = options.station or DEFAULT_STATION
    simulate_robots(station, options.skill, options.seed, _say)
    return 0


def _shots(options: argparse.Namespace) -> int:
    from lbm_studio.ui.shots import main as render_panels
    from lbm_studio.workers.sheets import write_sheets

    code = render_panels(options.folder)
    write_sheets(options.folder)
    return code


def _stop_window(options: argparse.Namespace) -> int:
    from lbm_studio.app.stop import report_words
    from lbm_studio.link.session import Session
    from lbm_studio.ui.stop_window import main as open_stop
    from lbm_studio.workers.stop import StopWatch, come_first

    come_first()
    told: SimpleQueue[str] = SimpleQueue()
    session = Session(options.session)
    # The watch: the gamepad, and a station that falls silent.
    with StopWatch(session, lambda report: told.put(report_words(report))):
        return open_stop(options.session, told)


def _worker(options: argparse.Namespace) -> int:
    import lbm_studio.workers

    names = [module.name for module in pkgutil.iter_modules(lbm_studio.workers.__path__)]
    name, *arguments = options.arguments or [""]
    name = name.replace("-", "_")
    module = importlib.import_module(f"lbm_studio.workers.{name}") if name in names else None
    run: Callable[[list[str]], int] | None = getattr(module, "main", None)
    if run is None:
        raise UnknownNameError("worker", name, names)
    return run(arguments)


# --- telling -------------------------------------------------------------------------------------


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _finish(options: argparse.Namespace, report: object, words: str) -> None:
    """Tell the outcome in words, and in figures where they are asked for."""
    if options.json is not None:
        write_json(options.json, to_json(report))
    _say(words)


def _last_metrics(run: Path) -> dict[str, Any]:
    metrics = [event.data for event in read_events(run) if event.kind is EventKind.METRICS]
    return dict(metrics[-1]) if metrics else {}
