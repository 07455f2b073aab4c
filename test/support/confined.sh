#!/bin/sh
# confined.sh WRITABLE CAPABILITIES COMMAND...: runs the command on a read-only file system, but for the folders of
# WRITABLE (separated by spaces), as root with only those CAPABILITIES (as setpriv has them), and without a way to gain
# others. It is what systemd makes of ProtectSystem=strict, CapabilityBoundingSet= and NoNewPrivileges=.
set -e
if [ "$1" != inside ]; then exec unshare --mount "$0" inside "$@"; fi
writable=$2 capabilities=$3
shift 3
mount --make-rprivate /
for folder in $writable; do mount --bind "$folder" "$folder"; done
mount -o remount,bind,ro /
cd "$PWD"
exec setpriv --no-new-privs --bounding-set="$capabilities" "$@"
