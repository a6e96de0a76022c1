# shellcheck shell=bash
# SUSE specifics: the base product and the keys that packages are signed with.

# _kiwi_os_name
#   Prints NAME of os-release without quotes; nothing if there is none.
_kiwi_os_name() {
    local root=${KIWI_FUNCTIONS_ROOT-} file line
    for file in "$root/etc/os-release" "$root/usr/lib/os-release"; do
        if [ ! -f "$file" ]; then
            continue
        fi
        while IFS= read -r line || [ -n "$line" ]; do
            if [[ $line == NAME=* ]]; then
                line=${line#NAME=}
                line=${line#[\"\']}
                printf '%s\n' "${line%[\"\']}"
                return 0
            fi
        done < "$file"
    done
}

# suseSetupProduct
#   Links /etc/products.d/baseproduct to NAME.prod or SUSE_NAME.prod, NAME being
#   the first line of /etc/SuSE-brand or else NAME of os-release. If there is
#   neither, to the last product file.
suseSetupProduct() {
    local root=${KIWI_FUNCTIONS_ROOT-} products file name='' product=''
    local -a files=()
    products=$root/etc/products.d
    if [ ! -d "$products" ]; then
        _kiwi_note suseSetupProduct 'the image has no /etc/products.d, nothing done'
        return 0
    fi
    if [ -f "$root/etc/SuSE-brand" ]; then
        IFS= read -r name < "$root/etc/SuSE-brand" || true
    fi
    if [ -z "$name" ]; then
        name=$(_kiwi_os_name)
    fi
    _kiwi_expand '/etc/products.d/*.prod'
    for file in ${files[@]+"${files[@]}"}; do
        product=${file##*/}
    done
    if [ -n "$name" ] && [ -e "$products/$name.prod" ]; then
        product=$name.prod
    elif [ -n "$name" ] && [ -e "$products/SUSE_$name.prod" ]; then
        product=SUSE_$name.prod
    fi
    if [ -z "$product" ]; then
        _kiwi_note suseSetupProduct 'no product file in /etc/products.d, nothing done'
        return 0
    fi
    ln -sfn "$product" "$products/baseproduct"
}

# suseImportBuildKey
#   Imports the keys of /usr/lib/rpm/gnupg/keys that the rpm database lacks. The
#   files are named like the gpg-pubkey package that a key becomes.
suseImportBuildKey() {
    local file name status=0
    local -a files=()
    _kiwi_expand '/usr/lib/rpm/gnupg/keys/*'
    for file in ${files[@]+"${files[@]}"}; do
        if [ ! -f "$file" ]; then
            continue
        fi
        name=${file##*/}
        if ! rpm -q "${name%.asc}" > /dev/null 2>&1; then
            Debug "import $file"
            rpm --import "$file" || status=$?
        fi
    done
    return "$status"
}
