# shellcheck shell=bash
# suseSetupProduct, suseImportBuildKey.

product() { readlink "$root/etc/products.d/baseproduct" || true; }
quiet suseSetupProduct
contains 'no directory' 'nothing done' "$message"
mkdir -p "$root/etc/products.d"
quiet suseSetupProduct
contains 'no product' 'nothing done' "$message"
same 'no link' '' "$(product)"

for name in Alpha SUSE_SLE Leap zeta; do file "/etc/products.d/$name.prod"; done
suseSetupProduct
same 'last' zeta.prod "$(product)"
file /usr/lib/os-release $'PRETTY_NAME="x"\nNAME="Leap"'
suseSetupProduct
same 'name of the system' Leap.prod "$(product)"
file /etc/os-release $'NAME=\'Two Words\'\nID=x'
suseSetupProduct
same 'no such product' zeta.prod "$(product)"
file /etc/SuSE-brand $'SLE\nVERSION = 15'
suseSetupProduct
same 'brand' SUSE_SLE.prod "$(product)"
printf 'Alpha' > "$root/etc/SuSE-brand"
suseSetupProduct
same 'brand without line end' Alpha.prod "$(product)"

fake rpm 'case $* in "-q gpg-pubkey-1-1"|"--import "*) exit 0 ;; *) exit 1 ;; esac'
suseImportBuildKey
called 'no keys' ''
file /usr/lib/rpm/gnupg/keys/gpg-pubkey-1-1.asc
file /usr/lib/rpm/gnupg/keys/gpg-pubkey-2-2.asc
suseImportBuildKey
called 'missing keys' "rpm -q gpg-pubkey-1-1
rpm -q gpg-pubkey-2-2
rpm --import $root/usr/lib/rpm/gnupg/keys/gpg-pubkey-2-2.asc"
fake rpm 'exit 1'
status=0
quiet suseImportBuildKey || status=$?
same 'a key that cannot be imported' 1 "$status"
finish
