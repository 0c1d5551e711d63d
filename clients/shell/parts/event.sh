# --- Events and variables ----------------------------------------------------------------------

# martlet_event NAME --resource ID [--label KEY=VALUE]… [--payload JSON] [--follows ID] [--id UUID]:
# says what happened to what, and prints the event's id; the event is durable then. Inside a run it
# carries the run's id. The same --id again publishes nothing twice.
martlet_event() (
  set +eCf
  IFS=$_martlet_blank
  LC_ALL=C
  export LC_ALL
  _usage='usage: martlet_event NAME --resource ID [--label KEY=VALUE] [--payload JSON] [--follows ID] [--id UUID]'
  _event=${1-} _resource='' _labels='' _more='' _id=''
  case $_event in
    '' | -*) _martlet_complain "$_usage"; exit 2 ;;
  esac
  shift
  while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || { _martlet_complain "$_usage"; exit 2; }
    case $1 in
      --resource) _resource=$2 ;;
      --label)
        case $2 in
          ?*=*) ;;
          *) _martlet_complain "--label takes KEY=VALUE, not '$2'"; exit 2 ;;
        esac
        _labels=$_labels${_labels:+,}$(_martlet_text "${2%%=*}"):$(_martlet_text "${2#*=}") ;;
      --payload)
        _json=$(printf '%s' "$2" | _martlet_json min) || _json=
        case $_json in
          '{'*) ;;
          *) _martlet_complain "--payload takes a JSON object, not '$2'"; exit 2 ;;
        esac
        _more="$_more,\"payload\":$_json" ;;
      --follows) _more="$_more,\"follows\":$(_martlet_text "$2")" ;;
      --id) _id=$2 ;;
      *) _martlet_complain "$_usage"; exit 2 ;;
    esac
    shift 2
  done
  [ -n "$_resource" ] || { _martlet_complain "$_usage"; exit 2; }
  _id=${_id:-$(martlet_uuid)}
  [ -z "${MARTLET_RUN_ID:-}" ] || _more="$_more,\"runId\":$(_martlet_text "$MARTLET_RUN_ID")"
  _answer=$({
    printf '{'
    [ -z "${MARTLET_NAMESPACE:-}" ] ||
      printf '"namespace":%s,' "$(_martlet_text "$MARTLET_NAMESPACE")"
    printf '"events":[{"id":%s,"name":%s,"time":"%s","resource":{"id":%s,"labels":{%s}}%s}]}\n' \
      "$(_martlet_text "$_id")" "$(_martlet_text "$_event")" "$(_martlet_time)" \
      "$(_martlet_text "$_resource")" "$_labels" "$_more"
  } | martlet_call EventService/BatchPublishEvents) || exit
  if _why=$(printf '%s' "$_answer" | martlet_json_get failures.0.message); then
    _field=$(printf '%s' "$_answer" | martlet_json_get failures.0.field)
    _martlet_complain "martlet_event: $_field $_why"
    exit 1
  fi
  printf '%s\n' "$_id"
)

# martlet_variable_get NAME [DEFAULT]: prints a variable, text as it is and anything else as JSON;
# DEFAULT where there is none, without one exit 3.
martlet_variable_get() (
  set +eCf
  [ $# -ge 1 ] || { _martlet_complain 'usage: martlet_variable_get NAME [DEFAULT]'; exit 2; }
  if [ $# -gt 1 ]; then
    _martlet_quiet=1
    export _martlet_quiet
  fi
  _answer=$(martlet_variable_get_variable --name "$1")
  _code=$?
  if [ "$_code" -eq 3 ] && [ $# -gt 1 ]; then
    printf '%s\n' "$2"
    exit 0
  fi
  if [ "$_code" -ne 0 ]; then
    [ -z "${_martlet_quiet:-}" ] || _martlet_complain "martlet_variable_get: cannot tell what $1 is"
    exit "$_code"
  fi
  printf '%s' "$_answer" | martlet_json_get variable.value
)

# martlet_variable_set NAME VALUE [TAG]…: creates a variable or changes it. A VALUE that reads as JSON
# is JSON, anything else text.
martlet_variable_set() (
  set +eCf
  [ $# -ge 2 ] || { _martlet_complain 'usage: martlet_variable_set NAME VALUE [TAG]...'; exit 2; }
  _json=$(printf '%s' "$2" | _martlet_json min 2>/dev/null) || _json=$(_martlet_text "$2")
  _body="{\"requestId\":\"$(_martlet_random)\",\"variable\":{\"name\":$(_martlet_text "$1"),\"value\":$_json"
  shift 2
  _tags=
  for _tag in "$@"; do _tags=$_tags${_tags:+,}$(_martlet_text "$_tag"); done
  martlet_variable_set_variable --json "$_body,\"tags\":[$_tags]}}" >/dev/null
)
