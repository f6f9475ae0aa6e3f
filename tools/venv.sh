# Sourced by ./run, ./check and ./bench from the project's root: makes .venv, and renews it only when
# pyproject.toml, constraints.txt or the interpreter changed. Needs python3 (3.11+) with pip; uses uv if there is one.

say() { printf '%s\n' "$*" >&2; }

find_python() {
  for python in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      # In a venv that is switched on, perhaps this one, python3 may have no pip: the Python it was made of has.
      "$python" -c 'import pip' 2>/dev/null || python=$("$python" -c 'import sys; print(sys._base_executable)')
      return
    fi
  done
  say "Python 3.11 or newer is needed, and none was found. 需要 Python 3.11 或更新的版本。"
  exit 1
}

# ready EXTRA: afterwards .venv holds the project with that extra ('' for none).
ready() {
  stamp=".venv/ready-${1:-run}"
  now=$(cat pyproject.toml constraints.txt hatch_build.py | cksum)
  # A stamp is believed only while the venv's own interpreter is still there (it goes when Python is upgraded).
  if [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && [ -x .venv/bin/python ]; then return; fi
  until mkdir .venv.lock 2>/dev/null; do
    if kill -0 "$(cat .venv.lock/pid 2>/dev/null)" 2>/dev/null; then sleep 1; else rm -rf .venv.lock; fi
  done
  echo $$ > .venv.lock/pid
  trap 'rm -rf .venv.lock' EXIT
  trap 'exit 130' INT TERM
  install "$1"
  printf '%s' "$now" > "$stamp"
  rm -rf .venv.lock
  trap - EXIT INT TERM
}

install() {
  wanted=.
  if [ -n "$1" ]; then wanted=".[$1]"; fi
  if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then rm -rf .venv; fi
  if command -v uv >/dev/null 2>&1 && [ -z "${MINGBAI_NO_UV:-}" ]; then
    say "Setting up with uv, once. 首次安装……"
    if [ ! -d .venv ]; then find_python; uv venv -q --python "$(command -v "$python")" .venv; fi
    uv pip install -q --compile-bytecode -p .venv -c constraints.txt hatchling editables babel
    uv pip install -q --compile-bytecode -p .venv -c constraints.txt --no-build-isolation -e "$wanted"
    return
  fi
  find_python
  say "Setting up with pip, once; this takes about a minute. 首次安装，约一分钟……"
  if "$python" -c 'import sys, pip; sys.exit(int(pip.__version__.split(".")[0]) < 23)' 2>/dev/null; then
    [ -d .venv ] || "$python" -m venv --without-pip .venv
    pip() { "$python" -m pip --python .venv/bin/python "$@"; }
  elif [ -d .venv ] || "$python" -m venv .venv >/dev/null 2>&1; then
    pip() { .venv/bin/python -m pip "$@"; }
  else
    rm -rf .venv
    say "$python has neither pip nor ensurepip. On Debian or Ubuntu: apt install python3-pip (or python3-venv); on Fedora: dnf install python3-pip. Then run this again."
    say "缺少 pip：Debian/Ubuntu 请先 apt install python3-pip，再运行一次。"
    exit 1
  fi
  pip install -q --disable-pip-version-check -c constraints.txt hatchling editables babel
  pip install -q --disable-pip-version-check -c constraints.txt --no-build-isolation -e "$wanted"
}
