#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image.
set -euo pipefail
umask 022
source=/autograder/source
place=/opt/cnn-gradients

fail() {
  echo "setup.sh: $1" >&2
  exit 1
}

# Whether a Python is new enough, and can make environments.
will_do() {
  "$1" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

get() {
  apt-get install -y --no-install-recommends "$@" >/dev/null
}

command -v apt-get >/dev/null || fail "choose a base image with apt-get: Ubuntu 22.04 or newer."
export DEBIAN_FRONTEND=noninteractive
apt-get update >/dev/null || fail "the packages of this base image cannot be listed."
get python3 python3-venv libseccomp2 || fail "python3-venv or libseccomp2 cannot be installed."
get bubblewrap || echo "bubblewrap cannot be installed: the second tier has to hold."

# The system's own python3 stays as it is: Gradescope's harness needs it.
python=""
for name in python3 python3.14 python3.13 python3.12 python3.11; do
  if will_do "$name"; then python=$name && break; fi
done
for version in 3.13 3.12 3.11; do
  if [ -z "$python" ] && get "python$version" "python$version-venv" 2>/dev/null &&
    will_do "python$version"; then python=python$version; fi
done
[ -n "$python" ] || fail "Python 3.11 or newer is missing: choose the base image Ubuntu 22.04 or newer."

# Everybody may read it: the second tier runs students' code as nobody.
"$python" -m venv "$place" || fail "an environment cannot be made in $place."
"$place/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check \
  -c "$source/constraints.txt" "$source"/wheels/*.whl ||
  fail "the packages cannot be installed: see pip's own line above. Build the image again."

# What the hidden cases are drawn from: made here, so that no zip file holds it.
[ -s "$source/secret" ] || head -c 32 /dev/urandom >"$source/secret"
chmod -R go= "$source"

cd /
"$place/bin/grader" doctor || echo "No sandbox holds where this image is built. Grading looks again:" \
  "try it with Test Autograder."
