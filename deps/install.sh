#!/bin/sh
# install.sh [PART...]: install the Debian packages of deps/packages that are missing, of these parts or of all. As root, or through sudo.
# Says one line if there is something to install, nothing if there is not; what apt says is shown only if it fails.
set -eu
cd "$(dirname "$0")"
# A root shell of `su` has no /sbin in its path, and dpkg wants it.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH

parts=" $* "
wanted=$(sed -e 's/#.*//' packages | while IFS=: read -r part names; do
	case $parts in "  " | *" $part "*) echo "$names" ;; esac
done)
missing= count=0
for package in $wanted; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' && continue
	missing="$missing $package" count=$((count + 1))
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null; then
	as_root=sudo
else
	echo "error: packages are missing:$missing" >&2
	echo "HINT: Install them as root, or install sudo." >&2
	exit 77
fi
echo "installing $count Debian packages of deps/packages"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
trap 'exit 130' INT TERM
# The embedded database is our own cluster: Debian's default one is not wanted, and must not be started.
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
	$as_root mkdir -p /etc/postgresql-common
	echo 'create_main_cluster = false' | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
apt() { # apt COMMAND...: waits for another apt that is at work
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@" </dev/null >>"$said" 2>&1
}
# An index that could not be brought up to date may still do.
apt update || :
# shellcheck disable=SC2086
if ! apt install -y --no-install-recommends $missing; then
	tail -20 "$said" >&2
	echo "error: could not install:$missing" >&2
	exit 71
fi
