#!/bin/bash
# shellcheck disable=SC1091,SC2154 # files and variables that the build provides
# Makes what copies of trees lose most easily.
set -euo pipefail

test -f /.kconfig && . /.kconfig
test -f /.profile && . /.profile

echo "$kiwi_iname" > /etc/hostname

baseInsertService systemd-networkd
baseInsertService serial-getty@ttyS0
baseSetRunlevel 3

mkdir -p /srv/odd
cd /srv/odd
cp /bin/true capable
setcap cap_net_raw,cap_net_bind_service=ep capable
cp /bin/true raised
chown root:adm raised
chmod 6750 raised
echo text > attribute
setfattr -n user.kiwi -v 'end to end' attribute
echo text > acl
setfacl -m u:admin:rw,g:testers:r acl
mkdir shared sticky inherits
chown admin:testers shared
chmod 2775 shared
chmod 1777 sticky
setfacl -d -m g:testers:rwx inherits
ln acl acl.hard
ln -s /srv/odd/nowhere dangling
mkfifo pipe
chown nobody:nogroup pipe
echo text > 'a name with blanks, ünïcode and "quotes"'
truncate -s 5M sparse
printf end >> sparse
printf 'x%.0s' {1..59} > exactly-59
printf 'x%.0s' {1..61} > exactly-61
ln -s "$(printf 'x%.0s' {1..200})" long-link
: > empty
