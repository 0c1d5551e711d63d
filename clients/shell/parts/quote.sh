# ---------------------------------------------------------------------------------------------
# Runtime: how a request becomes JSON, how it reaches the server, and what the exit codes mean.
#
# Every function that needs variables of its own has a subshell as its body, so that sourcing this
# file leaves nothing behind but functions and a few names that begin with `_martlet`.

_martlet_nl='
'
_martlet_tab=$(printf '\t')
_martlet_blank=" $_martlet_tab$_martlet_nl"

# Exit codes of every function: 0 good, 1 refused or failed, 2 usage, 3 not found, 4 no permission,
# 5 server unreachable. Inside, 6 stands for "failed for now, may be sent again".

_martlet_complain() { printf 'martlet: %s\n' "$*" >&2; }

# --- JSON, written -----------------------------------------------------------------------------

# Bytes to the inside of a JSON string. Sequences that are no UTF-8 become U+FFFD, one for each
# maximal part (Unicode 15, section 3.9), as in other languages' lenient decoders.
_martlet_awk_escape='
function escape_begin(  i) {
  for (i = 1; i < 32; i++) control[sprintf("%c", i)] = sprintf("\\u%04x", i)
  control["\t"] = "\\t"; control["\n"] = "\\n"; control["\r"] = "\\r"
  control["\b"] = "\\b"; control["\f"] = "\\f"
  for (i = 1; i < 256; i++) byte[sprintf("%c", i)] = i
}
function escape(s,  c) {
  if (s ~ /[\200-\377]/ && s !~ /^([\001-\177]|[\302-\337][\200-\277]|\340[\240-\277][\200-\277]|[\341-\354\356\357][\200-\277][\200-\277]|\355[\200-\237][\200-\277]|\360[\220-\277][\200-\277][\200-\277]|[\361-\363][\200-\277][\200-\277][\200-\277]|\364[\200-\217][\200-\277][\200-\277])*$/)
    s = repaired(s)
  gsub(/[\\"]/, "\\\\&", s)
  if (s ~ /[\001-\037]/)
    for (c in control) if (index(s, c)) gsub(c, control[c], s)
  return s
}
function repaired(s,  i, n, b, need, low, high, from, out) {
  n = length(s); need = 0; out = ""
  for (i = 1; i <= n; i++) {
    b = byte[substr(s, i, 1)]
    if (need) {
      if (b >= low && b <= high) {
        low = 128; high = 191
        if (--need == 0) out = out substr(s, from, i - from + 1)
        continue
      }
      out = out "\357\277\275"; need = 0
    }
    from = i; low = 128; high = 191
    if (b < 128) out = out substr(s, i, 1)
    else if (b >= 194 && b <= 223) need = 1
    else if (b >= 224 && b <= 239) {
      need = 2
      if (b == 224) low = 160
      if (b == 237) high = 159
    } else if (b >= 240 && b <= 244) {
      need = 3
      if (b == 240) low = 144
      if (b == 244) high = 143
    } else out = out "\357\277\275"
  }
  return need ? out "\357\277\275" : out
}
'

# martlet_json_quote TEXT: the text as a JSON string; `-` or nothing reads standard input.
martlet_json_quote() {
  case ${1--} in
    -) LC_ALL=C tr '\000' '\377' | _martlet_quote_lines ;;
    *[!-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\ _.,:/@%+=]*)
      printf '%s\n' "$1" | _martlet_quote_lines ;;
    *) printf '"%s"\n' "$1" ;;
  esac
}

# Standard input as one JSON string; a newline at its very end is not part of it.
_martlet_quote_lines() {
  LC_ALL=C awk "$_martlet_awk_escape"'
    BEGIN { escape_begin(); ORS = ""; print "\"" }
    NR > 1 { print "\\n" }
    { print escape($0) }
    END { print "\"\n" }'
}
