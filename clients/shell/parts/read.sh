# --- JSON, read --------------------------------------------------------------------------------

# A reader that splits the text at its quotes, so that its time is linear in any awk. It calls
# out for the modes: get and each (the value at `want`), flat (a line for each scalar), min (the
# whole, in one line), error (what a refused call says).
_martlet_awk_json='
BEGIN {
  RS = "\001"; ORS = ""
  mode = ENVIRON["_martlet_mode"]; want = ENVIRON["_martlet_want"]
  if (mode == "min") want = ""
  looking = (mode == "get" || mode == "each" || mode == "min")
}
{ if (NR == 1) text = $0; else wrong = 1 }
END {
  if (NR == 0 || wrong) exit 2
  need = "v"; depth = 0; keep = -1
  # A tab is blank between tokens and forbidden in strings, as a newline is; some awks would split at
  # the newline too, and are slow with a pattern instead of a letter.
  gsub(/\n/, "\t", text)
  count = split(text, part, "\"")
  for (at = 1; at <= count; at++) {
    outside(part[at])
    if (at == count) break
    first = ++at
    while (odd(part[at])) { inside(part[at], 1); if (++at > count) exit 2 }
    if (at >= count) exit 2
    inside(part[at], 0)
    string(first, at)
  }
  if (need != "") exit 2
  if (mode == "error") explain()
  if (looking && !found) exit 1
}
function odd(s,  i, n) {
  n = length(s)
  for (i = n; i > 0 && substr(s, i, 1) == "\\"; i--) continue
  return (n - i) % 2
}
function inside(s, cut) {
  if (s ~ /[\001-\037]/) exit 2
  if (index(s, "\\") == 0) return
  if (cut) s = substr(s, 1, length(s) - 1)
  gsub(/\\\\/, "", s)
  gsub(/\\[\/bfnrt]/, "", s)
  gsub(/\\u[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]/, "", s)
  if (index(s, "\\")) exit 2
}
function outside(s,  i, n, c, word) {
  if (s == "," && need == ",") { comma(); return }
  if (s == ":" && need == ":") { colon(); return }
  n = length(s); word = ""
  for (i = 1; i <= n; i++) {
    c = substr(s, i, 1)
    if (index(" \t\r\n{}[],:", c) == 0) { word = word c; continue }
    if (word != "") { scalar(word); word = "" }
    if (c == "{" || c == "[") open(c)
    else if (c == "}" || c == "]") shut(c)
    else if (c == ",") comma()
    else if (c == ":") colon()
  }
  if (word != "") scalar(word)
}
function here() {
  if (depth == 0) return ""
  return base[depth] (type[depth] == "{" ? key[depth] : place[depth])
}
function begin_value() {
  if (need != "v" && need != "V") exit 2
  if (depth && type[depth] == "[") place[depth]++
  if (looking && keep < 0 && !found && here() == want) { found = 1; keep = depth; return 1 }
  return 0
}
function after_value() {
  need = depth ? "," : ""
  if (keep == depth) { keep = -1; print "\n" }
}
function open(c) {
  begin_value()
  if (mode == "each" && keep == depth) { if (c != "[") { found = 0; keep = -1 } }
  else if (keep >= 0) print c
  if (mode == "flat" || mode == "error") empty[depth + 1] = 1
  if (depth) { empty[depth] = 0; base[depth + 1] = here() "." } else base[1] = ""
  type[++depth] = c; place[depth] = -1; need = (c == "{") ? "K" : "V"
  if (depth > 1000) exit 2
}
function shut(c) {
  if (depth == 0 || type[depth] != (c == "}" ? "{" : "[")) exit 2
  if (need != "," && need != "K" && need != "V") exit 2
  if (mode == "flat" && empty[depth]) leaf(type[depth] c, depth - 1)
  depth--
  if (keep >= 0 && !(mode == "each" && keep == depth)) print c
  else if (keep == depth && place[depth + 1] < 0) { keep = -1; need = depth ? "," : ""; return }
  after_value()
}
function comma() {
  if (need != "," || depth == 0) exit 2
  need = (type[depth] == "{") ? "k" : "v"
  if (keep >= 0) print (mode == "each" && depth == keep + 1) ? "\n" : ","
}
function colon() {
  if (need != ":") exit 2
  need = "v"
  if (keep >= 0) print ":"
}
function scalar(word) {
  if (word !~ /^(true|false|null|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)$/) exit 2
  begin_value()
  if (mode == "each" && keep == depth) { found = 0; keep = -1 }
  if (keep >= 0) print word
  note(word)
  after_value()
}
function string(a, b,  i, matched) {
  if (need == "k" || need == "K") {
    held = ""; hold = 1
    for (i = a; i <= b; i++) decode(part[i], i < b)
    hold = 0
    if (keep >= 0) quoted(a, b)
    gsub(/[\\.]/, "\\\\&", held)
    key[depth] = held; need = ":"
    return
  }
  matched = begin_value()
  if (matched && mode == "each") { found = 0; keep = -1 }
  else if (matched && mode == "get") for (i = a; i <= b; i++) decode(part[i], i < b)
  else if (keep >= 0) quoted(a, b)
  if (mode == "flat" || mode == "error") {
    held = part[a]
    for (i = a + 1; i <= b; i++) held = held "\"" part[i]
    note("\"" held "\"")
  }
  after_value()
}
function quoted(a, b,  i) {
  print "\"" part[a]
  for (i = a + 1; i <= b; i++) print "\"" part[i]
  print "\""
}
function note(value) {
  if (depth) empty[depth] = 0
  if (mode == "flat") leaf(value, depth)
  if (mode == "error") seen[here()] = value
}
function leaf(value, level,  save) {
  save = depth; depth = level
  print here() "\t" value "\n"
  depth = save
}
function put(s) { if (hold) held = held s; else print s }
# Writes the text that an escaped part stands for; `cut` when its last backslash hides a quote.
function decode(s, cut,  n, e, i, c, code, low) {
  if (cut) s = substr(s, 1, length(s) - 1)
  n = split(s, e, /\\/)
  put(e[1])
  for (i = 2; i <= n; i++) {
    c = substr(e[i], 1, 1)
    if (c == "") { put("\\"); if (++i <= n) put(e[i]); continue }
    if (c == "u") {
      code = hex(substr(e[i], 2, 4))
      if (code >= 55296 && code < 56320 && length(e[i]) == 5 && i < n \
          && substr(e[i + 1], 1, 1) == "u") {
        low = hex(substr(e[i + 1], 2, 4))
        if (low >= 56320 && low < 57344) {
          code = 65536 + (code - 55296) * 1024 + low - 56320
          i++
        }
      }
      put(utf8(code)); put(substr(e[i], 6))
      continue
    }
    if (c == "n") c = "\n"
    else if (c == "t") c = "\t"
    else if (c == "r") c = "\r"
    else if (c == "b") c = "\b"
    else if (c == "f") c = "\f"
    put(c substr(e[i], 2))
  }
  if (cut) put("\"")
}
function hex(s,  i, v) {
  v = 0
  for (i = 1; i <= 4; i++) v = v * 16 + index("0123456789abcdef", tolower(substr(s, i, 1))) - 1
  return v
}
# A lone half of a pair, and NUL, which no shell variable holds, become U+FFFD.
function utf8(c) {
  if (c == 0 || (c >= 55296 && c < 57344)) return "\357\277\275"
  if (c < 128) return sprintf("%c", c)
  if (c < 2048) return sprintf("%c%c", 192 + int(c / 64), 128 + c % 64)
  if (c < 65536)
    return sprintf("%c%c%c", 224 + int(c / 4096), 128 + int(c / 64) % 64, 128 + c % 64)
  return sprintf("%c%c%c%c", 240 + int(c / 262144), 128 + int(c / 4096) % 64,
    128 + int(c / 64) % 64, 128 + c % 64)
}
function plain(path,  raw, n, p, i) {
  raw = seen[path]
  if (raw == "") return ""
  raw = substr(raw, 2, length(raw) - 2)
  n = split(raw, p, "\"")
  held = ""; hold = 1
  for (i = 1; i <= n; i++) decode(p[i], i < n)
  hold = 0
  gsub(/[\001-\037]/, " ", held)
  return held
}
# Connect errors: {code, message, details: [{type, value: base64 of the message, debug}]}.
function explain(  i, d, kind, line, reason, field) {
  for (i = 0; ("details." i ".type") in seen; i++) {
    d = "details." i "."
    kind = plain(d "type")
    if (kind ~ /google\.rpc\.ErrorInfo$/) {
      reason = plain(d "debug.reason")
      if (reason == "") { unbase64(plain(d "value")); reason = proto_text(1, bytes, 1) }
    }
    if (kind ~ /google\.rpc\.BadRequest$/) {
      field = plain(d "debug.fieldViolations.0.field")
      if (field == "") {
        unbase64(plain(d "value"))
        if (proto_find(1, bytes, 1)) field = proto_text(found_at, found_end, 1)
      }
    }
  }
  line = plain("message")
  if (reason != "") line = line " (" reason ")"
  if (field != "") line = line " [field " field "]"
  print plain("code") "\n" line "\n"
}
# Some awks have no powers: `unit` is what the bits held beyond whole octets are worth.
function unbase64(s,  i, n, v, unit, rest, c) {
  n = length(s); bytes = 0; unit = 1; rest = 0
  for (i = 1; i <= n; i++) {
    c = substr(s, i, 1)
    v = index("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", c) - 1
    if (v < 0) continue
    rest = rest * 64 + v; unit *= 64
    if (unit >= 256) {
      unit /= 256
      octet[++bytes] = int(rest / unit)
      rest = rest % unit
    }
  }
}
# Finds a field of wire type 2 in octets from..to of a protobuf message.
function proto_find(from, to, number,  tag, size) {
  cursor = from
  while (cursor <= to) {
    tag = varint()
    if (tag % 8 == 0) { varint(); continue }
    if (tag % 8 != 2) return 0
    size = varint()
    found_at = cursor; found_end = cursor + size - 1
    if (found_end > to) return 0
    if (int(tag / 8) == number) return 1
    cursor = found_end + 1
  }
  return 0
}
function varint(  v, scale, o) {
  v = 0; scale = 1
  do { o = octet[cursor++] + 0; v += (o % 128) * scale; scale *= 128 } while (o >= 128)
  return v
}
function proto_text(from, to, number,  i, s) {
  if (!proto_find(from, to, number)) return ""
  s = ""
  for (i = found_at; i <= found_end; i++) s = s sprintf("%c", octet[i])
  gsub(/[\001-\037]/, " ", s)
  return s
}
'

_martlet_json() {
  _martlet_mode=$1 _martlet_want=${2-} LC_ALL=C awk "$_martlet_awk_json"
}

# martlet_json_get PATH: the value at a path such as `run.state.type` or `results.0.verdict.code` of
# the JSON on standard input: strings as their text, scalars as they are, objects and arrays in one
# line. A dot inside a key is written `\.`, the whole is ``. Exit 1 when there is none, 2 when the
# input is not JSON.
martlet_json_get() { _martlet_json get "${1-}"; }

# martlet_json_each PATH: the elements of the array at a path, each in a line of its own.
martlet_json_each() { _martlet_json each "${1-}"; }

# martlet_json_flat: a line `path<TAB>value` for each scalar, strings still quoted.
martlet_json_flat() { _martlet_json flat; }
