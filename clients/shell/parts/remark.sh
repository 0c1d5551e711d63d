# --- What runs say and write down --------------------------------------------------------------

# Sends one report of the run in the environment, without a session and without a seq.
_martlet_remark() (
  set +eCf
  if [ -z "${MARTLET_RUN_ID:-}" ]; then
    _martlet_complain 'there is no run: start one with martlet_flow or martlet_task'
    exit 2
  fi
  _file=${TMPDIR:-/tmp}/martlet.$(_martlet_random)
  umask 077
  {
    printf '{'
    [ -z "${MARTLET_NAMESPACE:-}" ] ||
      printf '"namespace":%s,' "$(_martlet_text "$MARTLET_NAMESPACE")"
    printf '"reports":[{"runId":"%s","epoch":"%s","executionId":"%s",%s}]}\n' \
      "$MARTLET_RUN_ID" "${MARTLET_EPOCH:-0}" "$2" "$1"
  } >"$_file"
  _answer=$(_martlet_deliver "$_file")
  _code=$?
  rm -f "$_file"
  [ "$_code" -ne 5 ] || exit 0
  [ "$_code" -eq 0 ] || exit "$_code"
  _martlet_judge "$_answer"
  [ "$_verdict" != ERROR ] || { _martlet_complain "refused: $_reason"; exit 1; }
)

# martlet_log [LEVEL] TEXT: a line in the log of the current run, and on standard error where that
# is not captured. Levels: trace debug info warning error critical.
martlet_log() (
  set +eCf
  _level=INFO
  if [ $# -gt 1 ]; then
    _level=$(printf '%s' "$1" | tr '[:lower:]' '[:upper:]')
    shift
  fi
  case $_level in
    WARN) _level=WARNING ;;
    TRACE | DEBUG | INFO | WARNING | ERROR | CRITICAL) ;;
    *) _martlet_complain "martlet_log: no level is named $_level"; exit 2 ;;
  esac
  [ -n "${MARTLET_CAPTURED:-}" ] || printf '%s %-8s %s\n' "$(date +%H:%M:%S)" "$_level" "$*" >&2
  _json=$(_martlet_text "$*")
  if [ -n "${MARTLET_STATE_DIR:-}" ] && [ -w "$MARTLET_STATE_DIR/messages.1" ]; then
    printf '%s\t%s\n' "$_level" "$_json" >>"$MARTLET_STATE_DIR/messages.1"
  elif [ -n "${MARTLET_RUN_ID:-}" ]; then
    # Somebody else reports this run: an execution of one line cannot collide with its lines.
    _martlet_remark "$(printf '"log":{"line":"1","time":"%s","level":"LOG_LEVEL_%s",%s,"message":%s}' \
      "$(_martlet_time)" "$_level" '"logger":"martlet_log"' "$_json")" "$(_martlet_random)"
  fi
)

# An artifact of the current run: $1 key, $2 content as `"name":value`, $3 description, $4 id.
_martlet_artifact() {
  _martlet_remark "$(
    printf '"artifact":{"id":"%s","key":%s,' "${4:-$(martlet_uuid)}" "$(_martlet_text "$1")"
    [ -z "${3-}" ] || printf '"description":%s,' "$(_martlet_text "$3")"
    printf '%s}' "$2"
  )" "${MARTLET_EXECUTION_ID:-$(_martlet_random)}"
}

_martlet_artifact_usage() {
  _martlet_complain "usage: $1"
  return 2
}

# martlet_artifact_markdown KEY TEXT [DESCRIPTION]: text for people; TEXT `-` reads standard input.
martlet_artifact_markdown() (
  [ $# -ge 2 ] || _martlet_artifact_usage 'martlet_artifact_markdown KEY TEXT [DESCRIPTION]' || exit
  if [ "$2" = - ]; then _json=$(martlet_json_quote -); else _json=$(_martlet_text "$2"); fi
  _martlet_artifact "$1" "\"markdown\":$_json" "${3-}"
)

# martlet_artifact_link KEY ADDRESS [TEXT] [DESCRIPTION]: a link.
martlet_artifact_link() (
  [ $# -ge 2 ] ||
    _martlet_artifact_usage 'martlet_artifact_link KEY ADDRESS [TEXT] [DESCRIPTION]' || exit
  _json=$(printf '"link":{"uri":%s,"text":%s}' "$(_martlet_text "$2")" "$(_martlet_text "${3-}")")
  _martlet_artifact "$1" "$_json" "${4-}"
)

# martlet_artifact_table KEY JSON [DESCRIPTION]: a list of objects, or an object of lists.
martlet_artifact_table() (
  [ $# -ge 2 ] || _martlet_artifact_usage 'martlet_artifact_table KEY JSON [DESCRIPTION]' || exit
  _json=$(printf '%s' "$2" | _martlet_json min) ||
    _martlet_artifact_usage 'martlet_artifact_table KEY JSON [DESCRIPTION]' || exit
  _martlet_artifact "$1" "\"table\":$_json" "${3-}"
)

# martlet_artifact_image KEY ADDRESS [DESCRIPTION]: an image by its address.
martlet_artifact_image() (
  [ $# -ge 2 ] ||
    _martlet_artifact_usage 'martlet_artifact_image KEY ADDRESS [DESCRIPTION]' || exit
  _martlet_artifact "$1" "\"imageUri\":$(_martlet_text "$2")" "${3-}"
)

# martlet_artifact_progress KEY PERCENT [DESCRIPTION]: how far something is; one artifact of a run
# and key, replaced each time.
martlet_artifact_progress() (
  set +eCf
  case ${1-} in
    '' | *[!a-z0-9-]*) set -- ;;
  esac
  case ${2-} in
    '' | *[!0-9.]* | .* | *. | *.*.*)
      _martlet_artifact_usage 'martlet_artifact_progress KEY PERCENT [DESCRIPTION]'
      exit 2 ;;
  esac
  _id=
  if [ -n "${MARTLET_STATE_DIR:-}" ] && [ -d "$MARTLET_STATE_DIR" ]; then
    _file=$MARTLET_STATE_DIR/progress.$1
    [ -f "$_file" ] || martlet_uuid >"$_file"
    read -r _id <"$_file"
  fi
  _json=$(printf '%s' "$2" | sed 's/^0*\([0-9]\)/\1/')
  _martlet_artifact "$1" "\"progress\":$_json" "${3-}" "$_id"
)
