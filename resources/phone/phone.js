"use strict";
// Sends where the phone is, for as long as a finger is on the pad. What it may do with it is
// decided by the station: this page only proposes.

const SEND_EVERY_MS = 16;
const DRAG_M_PER_PX = 0.0005;
const ROLL_M = 0.005;       // a notch of a mouse's wheel
const AR = "immersive-ar";
const $ = (id) => document.getElementById(id);

const state = {
  line: null, arm: "", number: 0, held: false, opening: null,
  touch: Date.now(),          // counts up from here: no other phone has counted so far
  position: [0, 0, 0], rotation: [0, 0, 0, 1],
  session: null, space: null, sentMs: 0,
};

function say(text) { $("sentence").textContent = text; }

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
}

async function answerTo(nonce) {
  const key = await crypto.subtle.importKey(
    "raw", bytes(location.hash.slice(1)), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signed = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(nonce)));
  return Array.from(signed, (value) => value.toString(16).padStart(2, "0")).join("");
}

// --- the line to the station ----------------------------------------------------------------------

function connect() {
  const line = new WebSocket(`wss://${location.host}/line`);
  state.line = line;
  line.onmessage = (event) => hear(JSON.parse(event.data));
  line.onclose = (event) => {
    letGo();
    $("controls").hidden = true;
    const isRefused = event.code === 1008;
    say(event.reason || "The station does not answer. Trying again.");
    if (!isRefused) { setTimeout(connect, 1000); }
  };
}

async function hear(message) {
  if (message.kind === "challenge") {
    send({ kind: "hello", answer: await answerTo(message.nonce) });
  } else if (message.kind === "welcome") {
    showArms(message.arms);
    $("controls").hidden = false;
    say("Choose an arm, then hold the pad and move.");
  } else if (message.kind === "sentence") {
    say(message.text || `The ${state.arm} arm listens.`);
  }
}

function send(message) {
  if (state.line && state.line.readyState === WebSocket.OPEN) {
    state.line.send(JSON.stringify(message));
  }
}

function sendPose() {
  if (!state.arm || $("controls").hidden) { return; }
  state.sentMs = performance.now();
  send({
    kind: "pose", number: state.number++, arm: state.arm, touch: state.touch, held: state.held,
    position: state.position, rotation: state.rotation, opening: state.opening,
    scale: Number($("scale").value),
  });
}

// --- what a person does ---------------------------------------------------------------------------

function showArms(names) {
  const buttons = names.map((name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${name} arm`;
    button.setAttribute("role", "radio");
    button.onclick = () => chooseArm(name, buttons, button);
    return button;
  });
  $("arms").replaceChildren(...buttons);
  const index = Math.max(0, names.indexOf(state.arm));
  chooseArm(names[index], buttons, buttons[index]);
}

function chooseArm(name, buttons, chosen) {
  letGo();
  state.arm = name;
  state.opening = null;
  buttons.forEach((button) => button.setAttribute("aria-checked", String(button === chosen)));
  sendPose();
}

function hold() {
  if (state.held) { return; }
  state.touch += 1;
  state.held = true;
  $("pad").classList.add("held");
  sendPose();
}

function letGo() {
  if (!state.held) { return; }
  state.held = false;
  $("pad").classList.remove("held");
  sendPose();
}

function drag(event) {
  if (!state.held || state.session) { return; }
  const [x, y, z] = state.position;
  const aside = event.movementX * DRAG_M_PER_PX;
  const back = event.movementY * DRAG_M_PER_PX;
  const isLift = $("lift").checked;
  state.position = [x + aside, isLift ? y - back : y, isLift ? z : z + back];
}

function roll(event) {
  event.preventDefault();
  if (!state.held || state.session) { return; }
  state.position[1] -= Math.sign(event.deltaY) * ROLL_M;
}

// --- where the phone is ---------------------------------------------------------------------------

async function follow() {
  try {
    const session = await navigator.xr.requestSession(
      AR, { optionalFeatures: ["dom-overlay"], domOverlay: { root: document.body } });
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl", { xrCompatible: true });
    await session.updateRenderState({ baseLayer: new XRWebGLLayer(session, gl) });
    state.space = await session.requestReferenceSpace("local");
    state.session = session;
    session.onend = () => { letGo(); state.session = state.space = null; tellHow(); };
    session.onselectstart = hold;
    session.onselectend = letGo;
    session.requestAnimationFrame(onFrame);
    tellHow();
  } catch (error) {
    say(`This phone cannot tell where it is: ${error.message}.`);
  }
}

function onFrame(time, frame) {
  if (!state.session) { return; }
  state.session.requestAnimationFrame(onFrame);
  const pose = frame.getViewerPose(state.space);
  if (!pose) { letGo(); return; }
  const { position: p, orientation: q } = pose.transform;
  state.position = [p.x, p.y, p.z];
  state.rotation = [q.x, q.y, q.z, q.w];
  if (performance.now() - state.sentMs >= SEND_EVERY_MS - 2) { sendPose(); }
}

function tellHow() {
  $("how").textContent = state.session
    ? "The gripper follows the phone. Up is up; away from where you stood is forward."
    : "Slide the finger or the mouse: up is forward, the wheel lifts. Let go to stop.";
  $("lifting").hidden = Boolean(state.session);
  $("follow").hidden = Boolean(state.session) || !state.canFollow;
}

async function begin() {
  state.canFollow = Boolean(navigator.xr) && await navigator.xr.isSessionSupported(AR);
  const pad = $("pad");
  pad.onpointerdown = (event) => { pad.setPointerCapture(event.pointerId); hold(); };
  pad.onpointermove = drag;
  pad.onwheel = roll;
  pad.onpointerup = pad.onpointercancel = pad.onlostpointercapture = letGo;
  document.body.addEventListener("beforexrselect", (event) => event.preventDefault());
  document.onvisibilitychange = letGo;
  window.onblur = window.onpagehide = letGo;
  $("gripper").oninput = (event) => { state.opening = Number(event.target.value); sendPose(); };
  $("stop").onclick = () => { letGo(); send({ kind: "stop" }); };
  $("follow").onclick = follow;
  setInterval(() => { if (!state.session) { sendPose(); } }, 2 * SEND_EVERY_MS);
  tellHow();
  connect();
  if (navigator.wakeLock) { navigator.wakeLock.request("screen").catch(() => {}); }
}

begin();
