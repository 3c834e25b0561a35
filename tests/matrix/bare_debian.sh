#!/bin/sh
# The README's commands as an ordinary user of a bare Debian 12 sees them: its own Python, python3-venv, make, git, nothing else.
#
#     sh tests/matrix/bare_debian.sh [TEST ...]
#
# Needs root and debootstrap. Clones the last commit; runs `make demo`, then `make test` with the tests named, or all of them.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
system=$(mktemp -d /var/tmp/bare-debian.XXXXXX)
chmod 755 "$system"

tidy() {
  umount "$system/proc" "$system/dev/shm" "$system/dev/pts" 2>/dev/null || true
  rm -rf --one-file-system "$system"
}
trap tidy EXIT
trap 'exit 130' INT TERM

mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Suite: stable | oldstable' | head -n 1)
[ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
debootstrap --variant=minbase --include=python3,python3-venv,make,git bookworm "$system" "$mirror" >"$system.log" 2>&1 ||
  { tail -n 5 "$system.log"; exit 1; }
rm "$system.log"

# What reaches the package index from here reaches it from there: names, certificates, pip's own settings.
mkdir -p "$system/etc/ssl/certs"
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
  [ ! -e "$file" ] || cp -L "$file" "$system$file"
done
mount -t proc proc "$system/proc"
mkdir -p "$system/dev/shm" "$system/dev/pts"
mount -t tmpfs -o mode=1777 shm "$system/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$system/dev/pts"
ln -sf pts/ptmx "$system/dev/ptmx"
chroot "$system" useradd --create-home student
git clone --quiet "$here" "$system/home/student/course"
chroot "$system" chown -R student:student /home/student

kept=$(env | grep -E '^(PIP_[A-Z_]*|SSL_CERT_[A-Z]*|[A-Za-z]*_(proxy|PROXY))=' | grep -v '^PIP_FIND_LINKS=' || true)
as_student() {
  # shellcheck disable=SC2086
  chroot --userspec=student:student "$system" /usr/bin/env -i HOME=/home/student PATH=/usr/bin:/bin LANG=C.UTF-8 $kept \
    sh -c "cd ~/course && $1"
}

as_student "python3 --version && make demo"
as_student "make test ONLY='$*'"
