# shellcheck shell=bash
# baseVagrantSetup.

fake systemctl
fake chown
status=0
quiet baseVagrantSetup || status=$?
same 'no user' 1 "$status"
contains 'no user' vagrant "$message"

file /etc/passwd $'root:x:0:0::/root:/bin/sh\nvagrant:x:1000:100::/home/vagrant:/bin/sh'
file /etc/sudoers $'root ALL=(ALL) ALL'
file /etc/ssh/sshd_config $'#UseDNS yes\nUseDNS yes\nMatch User x'
file /usr/lib/systemd/system/sshd.service
baseVagrantSetup
called 'calls' "chown -R 1000:100 $root/home/vagrant/.ssh $root/vagrant
chown 1000:100 $root/home/vagrant
systemctl enable sshd"
# The checksum of the file that Vagrant publishes (keys/vagrant.pub).
same 'key' '9aa9292172c915821e29bcbf5ff42d4940f59d6a148153c76ad638f5f4c6cd8b' \
    "$(sha256sum "$root/home/vagrant/.ssh/authorized_keys" | cut -d' ' -f1)"
if command -v ssh-keygen > /dev/null; then
    contains 'fingerprint' 'MD5:dd:3b:b8:2e:85:04:06:e9:ab:ff:a8:0a:c0:04:6e:d6' \
        "$(ssh-keygen -E md5 -l -f "$root/home/vagrant/.ssh/authorized_keys")"
fi
same 'modes' '700 600 440' "$(cd "$root" && stat -c %a home/vagrant/.ssh \
    home/vagrant/.ssh/authorized_keys etc/sudoers.d/vagrant | paste -s -d' ')"
contains 'sudo' 'vagrant ALL=(ALL) NOPASSWD: ALL' "$(cat "$root/etc/sudoers.d/vagrant")"
same 'sudoers' $'root ALL=(ALL) ALL\n#includedir /etc/sudoers.d' "$(cat "$root/etc/sudoers")"
same 'sshd' $'UseDNS no\nGSSAPIAuthentication no\n#UseDNS yes\nUseDNS yes\nMatch User x' \
    "$(cat "$root/etc/ssh/sshd_config")"
same 'folder' yes "$([ -d "$root/vagrant" ] && echo yes)"
all() { (cd "$root" && find . -type f -exec cksum {} + | sort -k3); }
before=$(all)
baseVagrantSetup
same 'twice is once' "$before" "$(all)"

# No file of its own: the vendor's configuration reads a directory. No sshd: ssh.
rm "$root/etc/ssh/sshd_config" "$root/usr/lib/systemd/system/sshd.service" "$root/etc/sudoers"
file /usr/lib/systemd/system/ssh.service
: > "$calls"
baseVagrantSetup
same 'drop-in' $'UseDNS no\nGSSAPIAuthentication no' \
    "$(cat "$root/etc/ssh/sshd_config.d/10-vagrant.conf")"
contains 'ssh' 'systemctl enable ssh' "$(cat "$calls")"
finish
