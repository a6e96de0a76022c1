# shellcheck shell=bash
# baseUpdateSysConfig, baseQuoteFile, baseSetupBuildDay.

config=/etc/sysconfig/test
setting() {
    file "$config" $'# NAME=comment\nNAME="old"\nNAMES="other"\n\nLAST=1'
    baseUpdateSysConfig "$config" NAME "$1"
    sed -n 2p "$root$config"
}
value() {
    setting "$1" > /dev/null
    bash -c '. "$0"; printf %s "$NAME"' "$root$config"
}

same 'plain' 'NAME="value"' "$(setting value)"
same 'empty' 'NAME=""' "$(setting '')"
same 'blanks' 'NAME="a  b "' "$(setting 'a  b ')"
same 'slash' 'NAME="/a/b"' "$(setting /a/b)"
same 'ampersand' 'NAME="a&b"' "$(setting 'a&b')"
same 'signs of sed' 'NAME="=|#,;@\1.*"' "$(setting '=|#,;@\1.*')"
same 'quote' 'NAME="say \"x\""' "$(setting 'say "x"')"
same 'quote with backslash' 'NAME="say \"x\""' "$(setting 'say \"x\"')"
same 'single quote' "NAME=\"it's\"" "$(setting "it's")"
same 'backslash at the end' 'NAME="a\\"' "$(setting 'a\')"
same 'reference' 'NAME="$LAST"' "$(setting '$LAST')"
same 'minus' 'NAME="-u"' "$(setting -u)"
for text in 'a b' 'a/b&c' 'say "x"' "it's" 'a\' '*' '%s'; do
    same "reads back $text" "$text" "$(value "$text")"
done

setting x > /dev/null
same 'the rest stays' $'# NAME=comment\nNAME="x"\nNAMES="other"\n\nLAST=1\n.' \
    "$(cat "$root$config"; printf .)"
file "$config" $'A=1\nA=2'
printf 'A=3' >> "$root$config"
baseUpdateSysConfig "$config" A x
same 'all lines, no line end added' $'A="x"\nA="x"\nA="x".' "$(cat "$root$config"; printf .)"

chmod 0640 "$root$config"
link test /etc/sysconfig/linked
before=$(stat -c '%i %a' "$root$config")
baseUpdateSysConfig /etc/sysconfig/linked A y
same 'written in place' "$before" "$(stat -c '%i %a' "$root$config")"
same 'link stays' test "$(readlink "$root/etc/sysconfig/linked")"
contains 'through a link' 'A="y"' "$(cat "$root$config")"

quiet baseUpdateSysConfig "$config" MISSING x
contains 'no such variable' MISSING "$message"
same 'never added' '' "$(grep MISSING "$root$config" || true)"
quiet baseUpdateSysConfig /etc/sysconfig/none A x
contains 'no such file' '/etc/sysconfig/none' "$message"
same 'file not made' no "$([ -e "$root/etc/sysconfig/none" ] && echo yes || echo no)"
quiet baseUpdateSysConfig
contains 'no arguments' needs "$message"
quiet baseUpdateSysConfig "$config" A
contains 'no value' needs "$message"

# quoting
file /profile $'# comment\n\nplain=value\nempty=\nblank=a b\nquote=it\'s\nquoted=\'x y\'\ndouble="x y"\nslash=a\\b\nsign=a=b $c `d`\nnot a setting'
baseQuoteFile /profile
same 'quoted' $'# comment\n\nplain=\'value\'\nempty=\'\'\nblank=\'a b\'\nquote=\'it\'\\\'\'s\'\nquoted=\'x y\'\ndouble=\'x y\'\nslash=\'a\\b\'\nsign=\'a=b $c `d`\'\nnot a setting' "$(cat "$root/profile")"
first=$(cat "$root/profile")
baseQuoteFile /profile
same 'twice is once' "$first" "$(cat "$root/profile")"
quiet baseQuoteFile /none
contains 'no file' /none "$message"
quiet baseQuoteFile
contains 'no argument' 'no file' "$message"

# day
SOURCE_DATE_EPOCH=86399 baseSetupBuildDay
same 'epoch' 'build_day=19700101' "$(cat "$root/build_day")"
unset SOURCE_DATE_EPOCH
before=$(date -u +%Y%m%d)
baseSetupBuildDay
after=$(date -u +%Y%m%d)
contains 'today' "$(cut -d= -f2 "$root/build_day")" "$before $after"
finish
