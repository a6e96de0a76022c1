# shellcheck shell=bash
# Services and the default target.

fake systemctl
file /usr/lib/systemd/system/ntpd.service
file /etc/systemd/system/own.service
file /run/systemd/system/generated.service
file /lib/systemd/system/unmerged.service
file /usr/lib/systemd/system/data.mount
file /usr/lib/systemd/system/backup.timer
file /usr/lib/systemd/system/getty@.service
file /usr/lib/systemd/system/boot.device-mapper.service
program /etc/init.d/legacy
file /etc/init.d/notexecutable
file /usr/lib/systemd/system/ssh.service
link /lib/systemd/system/ssh.service /etc/systemd/system/sshd.service
link ../lib/systemd /usr/dummy
link /dev/null /etc/systemd/system/masked.service

# installed
same 'service' /usr/lib/systemd/system/ntpd.service "$(baseSystemdServiceInstalled ntpd)"
same 'in /etc' /etc/systemd/system/own.service "$(baseSystemdServiceInstalled own)"
same 'in /run' /run/systemd/system/generated.service "$(baseSystemdServiceInstalled generated)"
same 'in /lib' /lib/systemd/system/unmerged.service "$(baseSystemdServiceInstalled unmerged)"
same 'mount' /usr/lib/systemd/system/data.mount "$(baseSystemdServiceInstalled data)"
same 'suffix' /usr/lib/systemd/system/ntpd.service "$(baseSystemdServiceInstalled ntpd.service)"
same 'timer' /usr/lib/systemd/system/backup.timer "$(baseSystemdServiceInstalled backup.timer)"
same 'timer without suffix' '' "$(baseSystemdServiceInstalled backup)"
same 'instance' /usr/lib/systemd/system/getty@.service "$(baseSystemdServiceInstalled getty@ttyS0)"
same 'dot in the name' /usr/lib/systemd/system/boot.device-mapper.service \
    "$(baseSystemdServiceInstalled boot.device-mapper)"
same 'none' '' "$(baseSystemdServiceInstalled none)"
same 'no name' '' "$(baseSystemdServiceInstalled)"
same 'script' legacy "$(baseSysVServiceInstalled legacy)"
same 'script without x' '' "$(baseSysVServiceInstalled notexecutable)"
same 'no script' '' "$(baseSysVServiceInstalled none)"
same 'no script name' '' "$(baseSysVServiceInstalled)"

# switching
baseInsertService ntpd
called 'enable' 'systemctl enable ntpd'
baseRemoveService ntpd
called 'disable' 'systemctl disable ntpd'
suseInsertService legacy
called 'enable a script' 'systemctl enable legacy'
suseRemoveService data
called 'disable a mount' 'systemctl disable data'
baseInsertService getty@ttyS0
called 'enable an instance' 'systemctl enable getty@ttyS0'
baseInsertService masked
called 'masked' 'systemctl enable masked'
baseService ntpd on
called 'on' 'systemctl enable ntpd'
suseService ntpd off
called 'off' 'systemctl disable ntpd'
baseSystemdCall ntpd --quiet is-enabled
called 'any call' 'systemctl --quiet is-enabled ntpd'
quiet baseInsertService none
same 'not installed: silent' '' "$message$output"
quiet baseRemoveService notexecutable
same 'script without x: silent' '' "$message$output"
called 'not installed: nothing' ''

# An alias points to a unit that is there: systemctl wants the real name.
file /lib/systemd/system/ssh.service
baseInsertService sshd
called 'alias' 'systemctl enable ssh.service'

quiet baseInsertService
contains 'no name' 'baseInsertService: needs' "$message"
quiet baseRemoveService ''
contains 'empty name' 'baseRemoveService: needs' "$message"
quiet baseService
contains 'no arguments' 'baseService: needs' "$message"
quiet baseService ntpd
contains 'no state' 'baseService: needs' "$message"
quiet baseService ntpd maybe
contains 'bad state' 'maybe' "$message"
quiet baseSystemdCall ntpd
contains 'no call' 'baseSystemdCall: needs' "$message"
called 'missing arguments: nothing' ''

fake systemctl 'exit 3'
status=0
quiet baseInsertService ntpd || status=$?
same 'the status of systemctl counts' 3 "$status"

# default target
target() { readlink "$root/etc/systemd/system/default.target" || true; }
for level in 1 2 3; do
    baseSetRunlevel $level
    same "runlevel $level" /usr/lib/systemd/system/multi-user.target "$(target)"
done
baseSetRunlevel 5
same 'runlevel 5' /usr/lib/systemd/system/graphical.target "$(target)"
file /usr/lib/systemd/system/rescue.target
baseSetRunlevel rescue.target
same 'by name' /usr/lib/systemd/system/rescue.target "$(target)"
file /etc/systemd/system/kiosk.target
baseSetRunlevel kiosk
same 'without suffix' /etc/systemd/system/kiosk.target "$(target)"
quiet baseSetRunlevel none.target
contains 'no such target' 'none.target' "$message"
quiet baseSetRunlevel
contains 'no target' 'needs' "$message"
quiet baseSetRunlevel 4
contains 'no such runlevel' '4.target' "$message"
same 'unchanged' /etc/systemd/system/kiosk.target "$(target)"
file /lib/systemd/system/graphical.target
baseSetRunlevel 5
same 'unmerged' /lib/systemd/system/graphical.target "$(target)"
finish
