# shellcheck shell=bash
# baseStripLocales, baseStripTranslations.

locales() { (cd "$root/usr/lib/locale" && find . -mindepth 1 | sed 's|^\./||' | sort | paste -s -d' '); }
fill() {
    for name in C.utf8 en_US.utf8 de_DE.utf8 de_AT@euro; do
        mkdir -p "$root/usr/lib/locale/$name"
    done
    file /usr/lib/locale/locale-archive
}

quiet baseStripLocales de
same 'no directory' '' "$message"
fill
baseStripLocales en_US.utf8 C.utf8
same 'names' 'C.utf8 en_US.utf8 locale-archive' "$(locales)"
fill
baseStripLocales 'C.utf8 de_DE.UTF-8'
same 'one list, other spelling' 'C.utf8 de_DE.utf8 locale-archive' "$(locales)"
fill
baseStripLocales 'de_'
same 'part of a name' 'de_AT@euro de_DE.utf8 locale-archive' "$(locales)"
fill
quiet baseStripLocales
contains 'no name' 'nothing deleted' "$message"
same 'no name: all stay' 'C.utf8 de_AT@euro de_DE.utf8 en_US.utf8 locale-archive' "$(locales)"

quiet baseStripTranslations kiwi.mo
same 'no directory' '' "$message"
file /usr/share/locale/de/LC_MESSAGES/kiwi.mo
file /usr/share/locale/de/LC_MESSAGES/bash.mo
file '/usr/share/locale/fr/LC_MESSAGES/two words.mo'
file /usr/share/locale/fr/other.txt
quiet baseStripTranslations
contains 'no pattern' 'nothing deleted' "$message"
same 'no pattern: all stay' 4 "$(find "$root/usr/share/locale" -type f | wc -l)"
baseStripTranslations kiwi.mo
same 'pattern' 'de/LC_MESSAGES/kiwi.mo fr/other.txt' "$(tree /usr/share/locale)"
file /usr/share/locale/fr/LC_MESSAGES/bash.mo
baseStripTranslations '^/usr/share/locale/de/'
same 'pattern for the path' 'de/LC_MESSAGES/kiwi.mo fr/other.txt' "$(tree /usr/share/locale)"
baseStripTranslations nothing
same 'no match' 'fr/other.txt' "$(tree /usr/share/locale)"
finish
