#!/bin/sh
# Sealed grading as an ordinary user: the attacks and the honest work, with an interpreter that this user can read.
#
#     sh tests/soak/ordinary_user.sh [PYTEST ARGUMENT...]
#
# As root, from the repository's root, with .venv made (make test). It copies interpreter, packages and the working tree into
# a folder of a new user's, runs `grader doctor` and the tests there as that user, and removes user and folder at the end,
# however it ends. Without root it runs them here, as who you are.
set -eu

TESTS="tests/attacks tests/honest"
DOCTOR="from grader.instructor.commands.cli import main; main(['doctor'])"
PYTHON=${PYTHON:-.venv/bin/python}
export OPENBLAS_NUM_THREADS=1

if [ "$(id -u)" -ne 0 ]; then
    "$PYTHON" -c "$DOCTOR"
    REQUIRE_ALL=1 exec "$PYTHON" -m pytest "${@:---maxfail=20}" $TESTS
fi

for tool in useradd userdel runuser git; do
    command -v "$tool" >/dev/null || { echo "ordinary_user.sh: $tool is not installed" >&2; exit 2; }
done

user="cnn-$$"
folder=$(mktemp -d /tmp/ordinary-XXXXXX)
made=
clean() {
    trap - EXIT INT TERM HUP
    if [ -n "$made" ]; then
        number=$(id -u "$user")
        for process in /proc/[0-9]*; do # only this user's own, which nobody else has
            [ "$(stat -c %u "$process" 2>/dev/null)" = "$number" ] && kill -9 "${process#/proc/}" 2>/dev/null
        done
        [ ! -d /dev/shm ] || find /dev/shm -xdev -uid "$number" -delete 2>/dev/null || true
        userdel "$user" 2>/dev/null
    fi
    rm -rf --one-file-system "$folder" "/tmp/pytest-of-$user"
}
trap clean EXIT
trap 'exit 130' INT TERM HUP

useradd --system --no-create-home --home-dir "$folder/home" --shell /bin/sh "$user"
made=yes

# The interpreter, without its tests and packages; the environment's packages, without what the tests do not need.
base=$("$PYTHON" -c 'import sys; print(sys.base_prefix)')
packages=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
version=$("$PYTHON" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
if [ "$base" = /usr ]; then
    interpreter=$("$PYTHON" -c 'import os, sys; print(os.path.realpath(sys.executable))')
else
    mkdir "$folder/python"
    (cd "$base" && tar cf - --exclude=site-packages --exclude=test --exclude=__pycache__ --exclude='config-*' --exclude='*.a' bin lib) |
        tar xf - -C "$folder/python"
    interpreter="$folder/python/bin/$version"
    # Its library is the copied one, not the system's of another patch: the worker gets no LD_LIBRARY_PATH.
    "$PYTHON" - "$base/lib" "$interpreter" <<'END'
import sys
old, path = sys.argv[1].encode() + b"\0", sys.argv[2]
new = b"$ORIGIN/../lib\0"
data = open(path, "rb").read()
if old in data:
    assert len(new) <= len(old), "the interpreter's own folder has too short a name"
    open(path, "wb").write(data.replace(old, new.ljust(len(old), b"\0")))
END
fi
"$interpreter" -m venv --without-pip "$folder/venv"
(cd "$packages" && tar cf - --exclude='torch*' --exclude=functorch --exclude=playwright --exclude='nvidia*' --exclude=triton .) |
    tar xf - -C "$folder/venv/lib/$version/site-packages"
mkdir -p "$folder/venv/share"
prefix=$("$PYTHON" -c 'import sys; print(sys.prefix)')
cp -R "$prefix/share/jupyter" "$folder/venv/share/" # the pages' templates
for name in alembic grader jupyter; do # nbgrader looks the first one up on PATH
    sed "1s|.*|#!$folder/venv/bin/python|" "$prefix/bin/$name" >"$folder/venv/bin/$name"
    chmod 755 "$folder/venv/bin/$name"
done

# The working tree as it is, under its own name.
mkdir "$folder/repository" "$folder/home"
git ls-files -z --cached --others --exclude-standard | xargs -0 sh -c 'for f; do [ -e "$f" ] && printf "%s\0" "$f"; done' sh |
    tar cf - --null --files-from=- | tar xf - -C "$folder/repository"
for path in "$folder/venv/lib/$version/site-packages"/*.pth; do
    if [ "$(cat "$path")" = "$PWD" ]; then printf '%s\n' "$folder/repository" >"$path"; fi
done

chown -R "$user:" "$folder"
chmod 755 "$folder"
chmod -R u+rwX,go+rX "$folder/venv" "$folder/repository"

as_user() {
    (cd "$folder/repository" && runuser -u "$user" -- env -i HOME="$folder/home" LANG=C.UTF-8 \
        PATH=/usr/local/bin:/usr/bin:/bin OPENBLAS_NUM_THREADS=1 REQUIRE_ALL=1 PYTHONDONTWRITEBYTECODE=1 "$@")
}

echo "as $(as_user id -un), with $(as_user "$folder/venv/bin/python" -c 'import sys; print(sys.executable, sys.base_prefix)')"
as_user "$folder/venv/bin/python" -c "$DOCTOR"
as_user "$folder/venv/bin/python" -m pytest -p no:cacheprovider "${@:---maxfail=20}" $TESTS

left=$(find /tmp -mindepth 1 -maxdepth 1 -user "$user" ! -path "$folder" ! -name 'pytest-of-*' | head -5)
[ -z "$left" ] || { echo "ordinary_user.sh: left in the temporary folder: $left" >&2; exit 1; }
