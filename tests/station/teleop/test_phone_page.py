"""The page's own script, run by Node over a page of stubs, against the real desk."""

import json
import os
import shutil
import subprocess

import pytest

from lbm_studio.core.paths import resources
from lbm_studio.station.teleop.phone_desk import PhoneCall
from tests.station.teleop.test_phone_desk import TOKEN, Desk

NODE = shutil.which("node")
NONCE = bytes(range(16))

PAGE = """
const vm = require("node:vm"), fs = require("node:fs"), crypto = require("node:crypto");
const elements = {}, sent = [];
class Element {
  constructor() {
    this.value = "1";
    this.classList = { add() {}, remove() {} };
    this.attributes = {};
  }
  setAttribute(name, value) { this.attributes[name] = value; }
  replaceChildren(...children) { this.children = children; }
  setPointerCapture() {}
  addEventListener() {}
}
const document = {
  body: new Element(),
  getElementById: (id) => (elements[id] ??= new Element()),
  createElement: () => new Element(),
};
class WebSocket {
  static OPEN = 1;
  constructor(url) { this.url = url; this.readyState = 1; elements.line = this; }
  send(text) { sent.push(JSON.parse(text)); }
}
const page = {
  document, WebSocket, console, performance, setTimeout,
  setInterval: () => 0, window: {}, navigator: {}, crypto: crypto.webcrypto,
  location: { host: "127.0.0.1:8443", hash: "#" + process.env.TOKEN },
};
vm.runInNewContext(fs.readFileSync(process.env.SCRIPT, "utf8"), page);
const later = () => new Promise((done) => setTimeout(done, 0));
const told = (message) => elements.line.onmessage({ data: JSON.stringify(message) });
async function play() {
  await later();
  await told({ kind: "challenge", nonce: process.env.NONCE });
  await told({ kind: "welcome", arms: ["right", "left"] });
  elements.pad.onpointerdown({ pointerId: 1 });
  elements.pad.onpointermove({ movementX: 0, movementY: -20 });
  elements.gripper.oninput({ target: { value: "0.25" } });
  elements.pad.onwheel({ deltaY: -100, preventDefault() {} });
  elements.lift.checked = true;
  elements.pad.onpointermove({ movementX: 40, movementY: -10 });
  elements.pad.onpointerup();
  elements.arms.children[1].onclick();
  elements.pad.onpointerdown({ pointerId: 2 });
  document.onvisibilitychange();
  elements.stop.onclick();
  await told({ kind: "sentence", text: "Another phone moves the left arm." });
  const words = elements.sentence.textContent;
  console.log(JSON.stringify({ url: elements.line.url, sent, words }));
}
play();
"""


@pytest.mark.skipif(NODE is None, reason="Node is not installed: nobody can run the page's script.")
def test_the_pages_script_says_what_the_desk_understands():
    desk = Desk()
    call = PhoneCall(desk.desk, NONCE)

    page = subprocess.run(
        [NODE or "", "-e", PAGE],
        env=os.environ
        | {
            "TOKEN": TOKEN.hex(),
            "NONCE": NONCE.hex(),
            "SCRIPT": str(resources() / "phone" / "phone.js"),
        },
        capture_output=True,
        text=True,
        timeout=60.0,
    )
    assert page.returncode == 0, page.stderr
    shown = json.loads(page.stdout)
    answers = [desk.say(call, json.dumps(message)) for message in shown["sent"]]

    assert shown["url"] == "wss://127.0.0.1:8443/line"
    assert shown["words"] == "Another phone moves the left arm."
    assert json.loads(answers[0] or "")["kind"] == "welcome"
    assert [(told.arm, told.held) for told in desk.poses] == [
        ("right", False),
        ("right", True),
        ("right", True),
        ("right", False),
        ("right", False),  # let go of, as another arm is chosen
        ("left", False),
        ("left", True),
        ("left", False),
    ]
    slid = desk.poses[2]
    assert (slid.opening, slid.scale) == (0.25, 1.0)
    assert slid.position_m == pytest.approx((0.0, 0.0, -0.01))
    assert desk.poses[3].position_m == pytest.approx((0.02, 0.01, -0.01))
    assert desk.poses[1].touch < desk.poses[6].touch
    assert desk.stops == 1
