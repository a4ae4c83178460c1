"""Asking ``lerobot-doctor`` what it thinks of a dataset."""

import json
import subprocess
import sys
from pathlib import Path


def doctor_failures(root: Path) -> list[str]:
    """Return what the doctor calls a failure; other programs need not mind its warnings."""
    doctor = Path(sys.executable).with_name("lerobot-doctor")
    command = [doctor, "check", root, "--json"]
    report = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(report.stdout)
    assert told["total_episodes"] > 0
    return [
        message["message"]
        for check in told["checks"]
        for message in check["messages"]
        if message["severity"] == "FAIL"
    ]
