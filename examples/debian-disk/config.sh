#!/bin/bash
# shellcheck disable=SC1091,SC2154 # files and variables that the build provides
# Runs inside the tree at the end of `prepare`.
set -euo pipefail

test -f /.kconfig && . /.kconfig
test -f /.profile && . /.profile

echo "Configuring $kiwi_iname $kiwi_iversion"

echo "$kiwi_iname" > /etc/hostname

baseInsertService systemd-networkd
baseInsertService serial-getty@ttyS0
baseSetRunlevel 3
