# --- Flags -------------------------------------------------------------------------------------

# Builds one object of lines `path<TAB>mode<TAB>value`: `=` sets, `+` appends, `%` adds to a map.
_martlet_awk_build='
BEGIN { ORS = ""; nodes = 0; root = node() }
function node() { kids[++nodes] = 0; return nodes }
function child(of, name,  n) {
  if ((of, name) in number) return number[of, name]
  n = node(); number[of, name] = n
  label[of, ++kids[of]] = name; member[of, kids[of]] = n
  return n
}
{
  split($0, field, "\t")
  path = field[1]; mode = field[2]
  value = substr($0, length(path) + length(mode) + 3)
  steps = split(path, step, "."); at = root; name = ""
  for (i = 1; i <= steps; i++) {
    if (at in form && form[at] != "object") exit 1
    form[at] = "object"; at = child(at, step[i])
  }
  kind = mode == "=" ? "value" : (mode == "+" ? "list" : "map")
  if (at in form && form[at] != kind) exit 1
  form[at] = kind
  if (mode == "=") content[at] = value
  else if (mode == "+") content[at] = content[at] (content[at] == "" ? "" : ",") value
  else {
    colon = index(value, "\t")
    key = substr(value, 1, colon - 1)
    content[child(at, key)] = substr(value, colon + 1)
  }
}
END { write(root); print "\n" }
function write(at,  i) {
  if (form[at] == "value") print content[at]
  else if (form[at] == "list") print "[" content[at] "]"
  else {
    print "{"
    for (i = 1; i <= kids[at]; i++) {
      if (i > 1) print ","
      if (form[at] == "map") print label[at, i] ":" content[member[at, i]]
      else { print "\"" label[at, i] "\":"; write(member[at, i]) }
    }
    print "}"
  }
}'

# _martlet_rpc METHOD FUNCTION SPEC ARGUMENT…: the body of every generated function. SPEC has a line
# `flag kind path` for each field; kinds are said in _martlet_value, before them `*` for repeated
# fields and `%` for maps.
_martlet_rpc() (
  set +eCf
  IFS=$_martlet_blank
  LC_ALL=C
  export LC_ALL
  _method=$1 _self=$2 _spec=$3
  shift 3
  _body='' _pairs='' _spaced=''
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) "$_self" --help; exit ;;
      --?*) _flag=${1#--} ;;
      *) _martlet_usage "unexpected argument '$1'" ;;
    esac
    shift
    _attached=
    case $_flag in
      *=*) _value=${_flag#*=} _flag=${_flag%%=*} _attached=1 ;;
    esac
    if [ "$_flag" = json ]; then
      _kind=json _path=
    else
      _line=${_spec#*"$_martlet_nl$_flag "}
      [ "$_line" != "$_spec" ] || _martlet_usage "unknown flag --$_flag"
      _line=${_line%%"$_martlet_nl"*}
      _kind=${_line%% *} _path=${_line#* }
    fi
    if [ -z "$_attached" ]; then
      case $_kind:${1-} in
        bool:true | bool:false) _value=$1; shift ;;
        bool:*) _value=true ;;
        *)
          [ $# -gt 0 ] || _martlet_usage "--$_flag needs a value"
          _value=$1
          shift ;;
      esac
    fi
    case $_kind in
      \**) _mode=+; _martlet_value "${_kind#?}" ;;
      %*)
        case $_value in
          *=*) ;;
          *) _martlet_usage "--$_flag takes KEY=VALUE, not '$_value'" ;;
        esac
        _mode=% _key=$(martlet_json_quote "x${_value%%=*}")
        _key="\"${_key#??}" _value=${_value#*=}
        _martlet_value "${_kind#?}"
        _json="$_key$_martlet_tab$_json" ;;
      *) _mode='='; _martlet_value "$_kind" ;;
    esac
    if [ "$_flag" = json ]; then
      _body=$_json
    else
      _pairs="$_pairs$_path$_martlet_tab$_mode$_martlet_tab$_json$_martlet_nl"
      [ "$_flag" != namespace ] || _spaced=1
    fi
  done
  if [ -n "$_body" ] && [ -n "$_pairs" ]; then
    _martlet_usage '--json is the whole request: give it without other flags'
  fi
  case $_body in
    '' | '{'*) ;;
    *) _martlet_usage '--json takes an object' ;;
  esac
  if [ -n "${MARTLET_NAMESPACE:-}" ] && [ -z "$_spaced" ]; then
    case $_spec in
      *"${_martlet_nl}namespace "*)
        _json=$(martlet_json_quote "x$MARTLET_NAMESPACE")
        _json="\"${_json#??}"
        if [ -z "$_body" ]; then
          _pairs="namespace$_martlet_tab=$_martlet_tab$_json$_martlet_nl$_pairs"
        elif [ "$_body" = '{}' ]; then
          _body="{\"namespace\":$_json}"
        elif ! printf '%s' "$_body" | martlet_json_get namespace >/dev/null; then
          _body="{\"namespace\":$_json,${_body#?}"
        fi ;;
    esac
  fi
  if [ -z "$_body" ]; then
    _body=$(printf '%s' "$_pairs" | awk "$_martlet_awk_build") ||
      _martlet_usage 'a flag and a flag above it both say what a field is'
  fi
  if [ -n "${MARTLET_DRY_RUN:-}" ]; then
    printf '%s\n' "$_body"
    exit 0
  fi
  printf '%s' "$_body" | _martlet_post "$_method"
  _code=$?
  [ "$_code" -ne 6 ] || _code=1
  [ "$_code" -ne 0 ] || _martlet_spool_notice
  exit "$_code"
)

_martlet_usage() {
  _martlet_complain "$1; see $_self --help"
  exit 2
}

# Turns _value into _json, by its kind.
_martlet_value() {
  case $1 in
    string | time)
      # The x keeps a lone `-` from meaning standard input.
      _json=$(martlet_json_quote "x$_value")
      _json="\"${_json#??}" ;;
    bytes) _json="\"$(printf '%s' "$_value" | _martlet_base64)\"" ;;
    int | long)
      case ${_value#-} in
        '' | *[!0-9]* | 0?*) _martlet_usage "--$_flag takes an integer, not '$_value'" ;;
      esac
      _json=$_value
      [ "$1" = int ] || _json="\"$_value\"" ;;
    float)
      case $_value in
        NaN | Infinity | -Infinity) _json="\"$_value\"" ;;
        [-0-9]*) _json=$(printf '%s' "$_value" | _martlet_json min) ||
          _martlet_usage "--$_flag takes a number, not '$_value'" ;;
        *) _martlet_usage "--$_flag takes a number, not '$_value'" ;;
      esac ;;
    bool)
      case $_value in
        true | false) _json=$_value ;;
        *) _martlet_usage "--$_flag takes true or false, not '$_value'" ;;
      esac ;;
    duration) _martlet_duration ;;
    mask)
      # protobuf's JSON has the paths of a mask in lowerCamelCase.
      _json=$(martlet_json_quote "x$_value" | awk '{
        n = split($0, w, "_"); s = w[1]
        for (i = 2; i <= n; i++) s = s toupper(substr(w[i], 1, 1)) substr(w[i], 2)
        print s
      }')
      _json="\"${_json#??}" ;;
    json)
      _json=$(printf '%s' "$_value" | _martlet_json min) ||
        _martlet_usage "--$_flag takes JSON, not '$_value'" ;;
    enum:*)
      _names=${1#enum:}
      _prefix=${_names%%:*} _names=${_names#*:}
      case ${_value#-} in
        '' | *[!0-9]* | 0?*)
          _name=$(printf '%s' "$_value" | tr 'a-z-' 'A-Z_')
          _name=${_name#"$_prefix"}
          case ",$_names," in
            *",$_name,"*) _json="\"$_prefix$_name\"" ;;
            *) _martlet_usage "--$_flag takes one of $_names, not '$_value'" ;;
          esac ;;
        *) _json=$_value ;;
      esac ;;
  esac
}

# Seconds with at most nine decimals, or whole ms, m, h, d.
_martlet_duration() {
  _json=$(printf '%s\n' "$_value" | awk '
    /^-?[0-9]+(\.[0-9]+)?s?$/ { sub(/s$/, ""); print $0 "s" }
    /^[0-9]+ms$/ { sub(/ms$/, ""); printf "%d.%03ds\n", int($0 / 1000), $0 % 1000 }
    /^[0-9]+m$/ { printf "%ds\n", $0 * 60 }
    /^[0-9]+h$/ { printf "%ds\n", $0 * 3600 }
    /^[0-9]+d$/ { printf "%ds\n", $0 * 86400 }')
  case $_json in
    '' | *"$_martlet_nl"*)
      _martlet_usage "--$_flag takes a duration such as 90s, 1.5s, 200ms, 5m, 2h, not '$_value'" ;;
  esac
  _json="\"$_json\""
}

# Standard input in base64, in one line.
_martlet_base64() {
  od -An -v -tx1 | LC_ALL=C awk '
    BEGIN {
      ORS = ""; digits = "0123456789abcdef"
      letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    }
    {
      for (i = 1; i <= NF; i++) {
        held = held * 256 + (index(digits, substr($i, 1, 1)) - 1) * 16 \
          + index(digits, substr($i, 2, 1)) - 1
        if (++n == 3) { four(4); n = 0; held = 0 }
      }
    }
    END {
      if (n == 1) { held *= 65536; four(2); print "==" }
      if (n == 2) { held *= 256; four(3); print "=" }
    }
    function four(count,  unit) {
      for (unit = 262144; count-- > 0; unit /= 64) print substr(letters, int(held / unit) % 64 + 1, 1)
    }'
}
