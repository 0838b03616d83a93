# Where scenarios lie: in memory, where there is room for it. What a disk keeps for good is not what they ask, and waiting for it would be much of
# their time. Sets TMPDIR unless it is set.
if [ -z "${TMPDIR:-}" ]; then
	TMPDIR=/tmp
	[ ! -w /dev/shm ] || [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -lt 4000000 ] || TMPDIR=/dev/shm
fi
export TMPDIR
