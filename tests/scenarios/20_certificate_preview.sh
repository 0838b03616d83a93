#!/bin/bash
# ctok-cert preview: from a name on the command line to a PDF and a picture, without settings or database.
. "$(dirname "$0")/lib.sh"

preview() { # preview [options]: exit code in $code, output in $dir/out
	(cd "$dir" && "${under[@]}" "$bin/ctok-cert" preview "$@") >"$dir/out" 2>&1 </dev/null
	code=$?
}
found() { pdftotext "$dir/c.pdf" - | grep -cF -- "$1"; }

for name in "María Nguyễn Đức" "محمد العربي" "सीता शर्मा" "王小明"; do
	preview --name "$name" --output c.pdf --png c.png --date 2026-08-03 --verify-url https://acme.example/verify/X1
	expect "$name is drawn" 0 "$code"
	expect "$name is found in it" 1 "$(found "$name")"
	expect "$name: qpdf finds nothing wrong" 0 "$(qpdf --check "$dir/c.pdf" >/dev/null 2>&1; echo $?)"
	expect "$name: the picture is A4 at 150 dots per inch" "0 0 6 218 0 0 4 217" "$(echo $(od -An -tu1 -j16 -N8 "$dir/c.png"))" # 1754 x 1241
	expect "$name: the code in the picture can be read" https://acme.example/verify/X1 "$(zbarimg --raw -q "$dir/c.png" 2>/dev/null)"
done

preview --name Ana --output c.pdf --date 2026-08-03 --valid-until 2028-08-02 --locale es --course "Primeros auxilios"
expect "dates are Spanish" 1 "$(found "el 3 de agosto de 2026")"
expect "the last day of validity is the one given" 1 "$(found "Válido hasta el 2 de agosto de 2028")"
cp "$dir/c.pdf" "$dir/first.pdf"
preview --name Ana --output c.pdf --date 2026-08-03 --valid-until 2028-08-02 --locale es --course "Primeros auxilios"
expect "the same again is the same file" 0 "$(cmp -s "$dir/first.pdf" "$dir/c.pdf"; echo $?)"

rm -f "$dir/c.pdf"
refused() { # refused TITLE EXIT MESSAGE [options]
	preview "${@:4}"
	expect "$1: exit code" "$2" "$code"
	expect "$1: message" "$3" "$(head -1 "$dir/out")"
	expect "$1: no file" no "$([ -e "$dir/c.pdf" ] && echo yes || echo no)"
}
refused "a character no font has" 65 "ctok-cert: error: no font has a character of learner: U+1F600 at position 5" --name "Ana 😀" --output c.pdf
refused "a control character" 65 "ctok-cert: error: learner has a character that cannot be drawn: U+0007 at position 2" --name $'A\ab' --output c.pdf
refused "no name" 64 "ctok-cert: error: preview needs --name" --output c.pdf
refused "no output" 64 "ctok-cert: error: preview needs --output" --name Ana
refused "a template's name that is a path" 78 \
	'ctok-cert: error: template "../classic" is not a name of letters, digits, "-" and "_"' --name Ana --output c.pdf --template ../classic
preview --name Ana --output nowhere/c.pdf
expect "a folder that is not there: exit code" 73 "$code"
expect "a folder that is not there: its name is in the message" 1 "$(grep -c 'nowhere/.*No such file or directory' "$dir/out")"

preview --paper transcript --rows 30 --name Ana --output c.pdf --date 2026-08-03
expect "a transcript of made up courses" "0 1 1" "$code $(found "Courses completed: 30") $(found "Page 2 of 2")"
rm -f "$dir/c.pdf"
refused "another paper" 64 'ctok-cert: error: paper "diploma" is neither certificate nor transcript' --paper diploma --name Ana --output c.pdf

# A template of one's own: copied, changed, broken.
mkdir -p "$dir/templates/certificates"
cp -r "$root"/templates/fonts.conf "$root"/templates/locales "$dir/templates/"
cp -r "$root/templates/certificates/classic" "$dir/templates/certificates/mine"
sed -i 's/{{word.certifies}}/Hurray for/' "$dir/templates/certificates/mine/template.conf"
preview --name Ana --output c.pdf --template mine --template-dir templates
expect "a copied template draws what was changed" 1 "$(found "Hurray for")"
rm -f "$dir/c.pdf"
line=$(grep -n 'Hurray for' "$dir/templates/certificates/mine/template.conf" | cut -d: -f1)
sed -i 's/Hurray for/{{hurray}}/' "$dir/templates/certificates/mine/template.conf"
refused "an unknown placeholder" 78 "ctok-cert: error: templates/certificates/mine/template.conf:$line: unknown placeholder \"{{hurray}}\"" \
	--name Ana --output c.pdf --template mine --template-dir templates
finish
