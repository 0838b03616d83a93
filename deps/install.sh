#!/bin/sh
# Install the Debian packages of deps/packages that are missing. As root, or through sudo. Quiet when there is nothing to do.
set -eu
cd "$(dirname "$0")"
wanted=$(sed -e 's/#.*//' -e 's/^[a-z]*://' packages | tr -s ' \n' '  ')
missing=
for package in $wanted; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
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
echo "installing:$missing"
# The embedded database is our own cluster: Debian's default one is not wanted, and must not be started.
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
	$as_root mkdir -p /etc/postgresql-common
	echo 'create_main_cluster = false' | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
