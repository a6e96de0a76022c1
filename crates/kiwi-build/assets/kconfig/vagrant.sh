# shellcheck shell=bash
# What Vagrant expects of a box.

# _kiwi_vagrant_key
#   Prints the public key that Vagrant publishes for the first login to any box.
#   It is insecure on purpose: Vagrant replaces it when it starts the box.
_kiwi_vagrant_key() {
    printf '%s%s%s%s%s %s\n' 'ssh-rsa ' \
        'AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8+v1' \
        'I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D8HfdOV' \
        '0IAdx4O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZEnDkb' \
        'UvxhMmBYSdETk1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9WhQ==' \
        'vagrant insecure public key'
}

# _kiwi_set_sshd_option CONFIG NAME VALUE
#   Sets an option of the ssh daemon. The daemon takes the first value it reads,
#   so the line goes to the top, unless it is there already.
_kiwi_set_sshd_option() {
    local config=$1 line="$2 $3" text=''
    if [ -f "$config" ]; then
        if grep -q -x -F -e "$line" "$config"; then
            return 0
        fi
        text=$(cat "$config"; printf .)
        text=${text%.}
    fi
    printf '%s\n%s' "$line" "$text" > "$config"
}

# baseVagrantSetup
#   Makes the image a Vagrant box: login of the user `vagrant` with the well-known
#   insecure key, sudo without password, the directory /vagrant, an ssh daemon
#   that starts and does not wait for name service or Kerberos. The user itself
#   comes from the description.
baseVagrantSetup() {
    local root=${KIWI_FUNCTIONS_ROOT-} home ssh line owner='' IFS=' ' config
    local -a fields=()
    home=$root/home/vagrant
    if [ -f "$root/etc/passwd" ]; then
        while IFS=: read -r -a fields || [ ${#fields[@]} -gt 0 ]; do
            if [ "${fields[0]-}" = vagrant ]; then
                owner=${fields[2]}:${fields[3]}
            fi
        done < "$root/etc/passwd"
    fi
    if [ -z "$owner" ]; then
        _kiwi_note baseVagrantSetup "the image has no user \`vagrant\`; add it to <users>"
        return 1
    fi

    ssh=$home/.ssh
    mkdir -p "$ssh" "$root/vagrant"
    line=$(_kiwi_vagrant_key)
    if ! grep -q -s -x -F -e "$line" "$ssh/authorized_keys"; then
        printf '%s\n' "$line" >> "$ssh/authorized_keys"
    fi
    chmod 0700 "$ssh"
    chmod 0600 "$ssh/authorized_keys"
    chown -R "$owner" "$ssh" "$root/vagrant"
    chown "$owner" "$home"

    mkdir -p "$root/etc/sudoers.d"
    chmod 0750 "$root/etc/sudoers.d"
    printf '%s\n' 'Defaults:vagrant !requiretty' 'vagrant ALL=(ALL) NOPASSWD: ALL' \
        > "$root/etc/sudoers.d/vagrant"
    chmod 0440 "$root/etc/sudoers.d/vagrant"
    config=$root/etc/sudoers
    if [ -f "$config" ] && ! grep -q '^[#@]includedir[[:space:]]*/etc/sudoers\.d' "$config"; then
        printf '%s\n' '#includedir /etc/sudoers.d' >> "$config"
    fi

    if [ -f "$root/etc/ssh/sshd_config" ]; then
        config=$root/etc/ssh/sshd_config
    else
        # The vendor's file is elsewhere and reads this directory.
        mkdir -p "$root/etc/ssh/sshd_config.d"
        config=$root/etc/ssh/sshd_config.d/10-vagrant.conf
    fi
    _kiwi_set_sshd_option "$config" GSSAPIAuthentication no
    _kiwi_set_sshd_option "$config" UseDNS no
    if [ -n "$(baseSystemdServiceInstalled sshd)$(baseSysVServiceInstalled sshd)" ]; then
        baseInsertService sshd
    else
        baseInsertService ssh
    fi
}
