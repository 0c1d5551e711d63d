# --- The life of a run -------------------------------------------------------------------------

# Makes the directory and the names of a new run. $_parent is the run above it.
_martlet_prepare() {
  _dir=${TMPDIR:-/tmp}/martlet.$(_martlet_random)
  (umask 077 && mkdir "$_dir") || return 1
  echo 0 >"$_dir/seq"
  : >"$_dir/messages.1"
  : >"$_dir/tasks"
  _run=${_given:-$(martlet_uuid)}
  _epoch=1
  _execution=$(_martlet_random)
  _session=$(_martlet_random)
  _holder=$(_martlet_text "$(uname -n):$$ ${0##*/}")
  _parent=${MARTLET_RUN_ID:-}
  # The trace goes on; without one it begins here.
  _trace=${MARTLET_TRACEPARENT:-}
  case $_trace in
    ??-????????????????????????????????-*) _trace=${_trace#??-} _trace=${_trace%%-*} ;;
    *) _trace=$(_martlet_random | tr -d -) ;;
  esac
  _span=$(_martlet_random | tr -d -)
  _span=00-$_trace-${_span%????????????????}-01
}

# Removes the run's directory. Those who still write to it lose their way once it has another name;
# one who was about to makes the first removal fail.
_martlet_discard() {
  mv "$_dir" "$_dir.gone" 2>/dev/null
  rm -rf "$_dir.gone" 2>/dev/null || rm -rf "$_dir.gone"
}

# The report that creates the run: $1 kind, $2 definition, $3 more fields.
_martlet_create() {
  printf '"create":{"kind":"RUN_KIND_%s","definition":%s' "$1" "$(_martlet_text "$2")"
  [ -z "$_parent" ] || printf ',"parentId":"%s"' "$_parent"
  [ -z "${MARTLET_TRACEPARENT:-}" ] || printf ',"traceParent":"%s"' "$MARTLET_TRACEPARENT"
  printf '%s}' "$3"
}

# Begins the run, and fails when the server forbids to work on it. $1 kind, $2 definition, $3 more
# fields; $_given is a run to take instead of a new one; $_held creates it without starting it.
_martlet_begin() {
  if [ -n "$_given" ]; then
    _epoch=$(martlet_run_get_run --id "$_given" | martlet_json_get run.epoch 2>/dev/null) || _epoch=0
    _epoch=$((_epoch + 1))
    _reports=
  else
    _reports=$(_martlet_report "$(_martlet_create "$@")")
  fi
  if [ -n "${_held:-}" ]; then
    _martlet_send "$_reports"
  else
    read -r _before <"$_dir/seq"
    while :; do
      _martlet_ask \
        "${_reports:+$_reports,}$(_martlet_report "$(_martlet_state RUNNING '' '')")"
      [ "$_verdict" = WAIT ] || break
      echo "$_before" >"$_dir/seq"
      [ -z "${_caller:-}" ] || _martlet_alive "$_caller" || _signal=15
      if [ -n "${_signal:-}" ]; then
        # It exists if the server has heard of it, and stands in line no longer.
        _martlet_send "${_reports:+$_reports,}$(_martlet_report "$(_martlet_state CANCELLED '' \
          'It was interrupted.')")"
        _verdict=INTERRUPTED
        break
      fi
      sleep "$_wait"
    done
  fi
  _recorded=1
  case $_verdict in
    ACCEPTED | KEPT) ;;
    ERROR | REJECTED)
      _recorded=
      _martlet_complain "$2 goes unrecorded: $_reason" ;;
    *)
      _recorded=
      _martlet_complain "$2 may not start: $_verdict $_reason"
      return 1 ;;
  esac
}

# The last report of the run, after its lines are shipped. $1 exit code, $2 signal number or nothing.
_martlet_end() {
  [ -n "$_recorded" ] && [ ! -e "$_dir/fenced" ] || return 0
  : >"$_dir/ended"
  _martlet_tell "$@"
}

# Reports how an attempt ended. $1 exit code, $2 signal number or nothing.
_martlet_tell() {
  _detail=
  if [ -e "$_dir/cancel" ]; then
    set -- CANCELLED '' 'It was asked to stop.'
  elif [ -e "$_dir/timeout" ]; then
    set -- FAILED TimedOut "It took longer than $_timeout s."
    _detail=',"failed":{"errorType":"timeout"}'
  elif [ "$2" = 2 ]; then
    set -- CANCELLED '' 'It was interrupted.'
  elif [ -n "$2" ]; then
    _detail=",\"crashed\":{\"signal\":$2,\"exitCode\":$1}"
    set -- CRASHED '' "It ended by signal $2."
  elif [ "$1" -eq 0 ]; then
    _martlet_result
    set -- COMPLETED '' ''
  else
    _last=
    [ ! -f "$_dir/last" ] || IFS= read -r _last <"$_dir/last" || :
    _detail=",\"failed\":{\"errorType\":\"exit status $1\",\"errorMessage\":$(_martlet_text "$_last")}"
    set -- FAILED '' "It ended with exit status $1."
  fi
  _martlet_send "$(_martlet_report "$(_martlet_state "$1" "$2" "$3" "$_detail")")"
}

# What was written to $MARTLET_OUTPUT becomes the result: JSON if it is JSON, else text.
_martlet_result() {
  [ -s "$_dir/result" ] || return 0
  if [ $(($(wc -c <"$_dir/result"))) -gt 262144 ]; then
    _martlet_complain 'the result is longer than 256 KiB: it is not recorded'
  elif _result=$(_martlet_json min <"$_dir/result" 2>/dev/null); then
    _detail=",\"completed\":{\"result\":{\"mediaType\":\"application/json\",\"json\":$_result}}"
  else
    _result=$(_martlet_base64 <"$_dir/result")
    _detail=",\"completed\":{\"result\":{\"mediaType\":\"text/plain\",\"data\":\"$_result\"}}"
  fi
}

# The signal that an exit code stands for, or nothing. A broken pipe is the reader's choice.
_martlet_signal_of() {
  case $1 in
    141 | ? | ?? | 1[01]? | 12[0-8]) ;;
    1[2-5]? | 16[0-4] | 19[0-2]) echo $(($1 - 128)) ;;
  esac
}

# Flags that flows and tasks have in common, collected into the fields of $_fields.
_martlet_flag() {
  case $1 in
    --param)
      case $2 in
        *=*) ;;
        *) _martlet_complain "--param takes NAME=VALUE, not '$2'"; exit 2 ;;
      esac
      # A value that is JSON is taken as JSON, any other as text.
      _json=$(printf '%s' "${2#*=}" | _martlet_json min 2>/dev/null) ||
        _json=$(_martlet_text "${2#*=}")
      _params="${_params:+$_params,}$(_martlet_text "${2%%=*}"):$_json" ;;
    --label)
      _labels="${_labels:+$_labels,}$(_martlet_text "${2%%=*}"):$(_martlet_text "${2#*=}")" ;;
    --tag) _tags="${_tags:+$_tags,}$(_martlet_text "$2")" ;;
    --run-name) _fields="$_fields,\"name\":$(_martlet_text "$2")" ;;
    --run-version) _fields="$_fields,\"definitionVersion\":$(_martlet_text "$2")" ;;
    --run-id) _given=$2 ;;
    *) return 1 ;;
  esac
}

_martlet_fields() {
  printf '%s' "$_fields"
  [ -z "$_params" ] || printf ',"parameters":{%s}' "$_params"
  [ -z "$_labels" ] || printf ',"labels":{%s}' "$_labels"
  [ -z "$_tags" ] || printf ',"tags":[%s]' "$_tags"
  [ -z "${_edges:-}" ] || printf ',"dependencies":[%s]' "$_edges"
}

# Seconds out of 90, 90s, 5m or 2h.
_martlet_seconds() {
  case ${2%[smh]} in
    '' | *[!0-9]*) _martlet_complain "$1 takes seconds, or 90s, 5m, 2h, not '$2'"; return 2 ;;
  esac
  case $2 in
    *m) echo $((${2%m} * 60)) ;;
    *h) echo $((${2%h} * 3600)) ;;
    *) echo "${2%s}" ;;
  esac
}
