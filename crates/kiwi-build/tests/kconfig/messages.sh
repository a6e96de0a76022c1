# shellcheck shell=bash
# Echo, Debug, Rm.

same 'plain' '----> one two' "$(Echo one two)"
same '-b' '      text' "$(Echo -b text)"
same '-n' '----> text.' "$(Echo -n text; printf .)"
same '-e' $'----> a\tb' "$(Echo -e 'a\tb')"
same 'no -e' '----> a\tb' "$(Echo 'a\tb')"
same '-bne' $'      a\tb.' "$(Echo -bne 'a\tb'; printf .)"
same 'separate options' '      text.' "$(Echo -b -n text; printf .)"
same 'nothing' '----> ' "$(Echo)"
same 'percent sign' '----> 100%s' "$(Echo '100%s')"
same 'twice' $'----> a\n      b' "$(Echo a; Echo -b b)"

quiet Debug hidden
same 'no DEBUG' '' "$message"
DEBUG=1
quiet Debug shown
contains 'DEBUG' 'shown' "$message"
same 'DEBUG stays off stdout' '' "$output"

file /a
file '/b c'
quiet Rm -f "$root/a" "$root/b c" "$root/none"
contains 'Rm says so' "rm -f $root/a" "$message"
same 'Rm deletes' '' "$(tree /)"
status=0
quiet Rm "$root/none" || status=$?
same 'Rm hands on the status' 1 "$status"
finish
