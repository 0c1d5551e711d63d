# --- Reports of one run ------------------------------------------------------------------------
# From here on: $_dir, $_run, $_epoch, $_execution, $_session name the run that is reported.

_martlet_lease=${MARTLET_LEASE:-30}

# A frame with the reports in $1.
_martlet_frame() {
  printf '{'
  [ -z "${MARTLET_NAMESPACE:-}" ] || printf '"namespace":%s,' "$(_martlet_text "$MARTLET_NAMESPACE")"
  printf '"session":{"id":"%s","lease":"%ss","holder":%s},"reports":[%s]}\n' \
    "$_session" "$_martlet_lease" "$_holder" "$1"
}

# Any text as a JSON string.
_martlet_text() (
  _json=$(martlet_json_quote "x$1")
  printf '"%s\n' "${_json#??}"
)

# A report: $1 is the item as `"name":{…}`; it takes the run's next seq.
_martlet_report() {
  read -r _seq <"$_dir/seq"
  _seq=$((_seq + 1))
  echo "$_seq" >"$_dir/seq"
  printf '{"runId":"%s","epoch":"%s","executionId":"%s","seq":"%s",%s}' \
    "$_run" "$_epoch" "$_execution" "$_seq" "$1"
}

# A proposal of type $1, name $2, message $3; $4 is `,"failed":{…}` or the like.
_martlet_state() {
  printf '"propose":{"type":"STATE_TYPE_%s","observedTime":"%s"' "$1" "$(_martlet_time)"
  [ -z "$2" ] || printf ',"name":"%s"' "$2"
  [ -z "$3" ] || printf ',"message":%s' "$(_martlet_text "$3")"
  printf '%s}' "${4-}"
}

# Sends the reports in $1 and leaves the worst verdict in $_verdict: ACCEPTED, REPLACED, REFUSED,
# FENCED, WAIT, ERROR, KEPT (the server is away) or REJECTED (it would not have the frame).
_martlet_send() {
  _martlet_frame "$1" >"$_dir/frame"
  _answer=$(_martlet_deliver "$_dir/frame")
  case $? in
    0) _martlet_judge "$_answer" ;;
    5) _verdict=KEPT _reason= ;;
    *) _verdict=REJECTED _reason= ;;
  esac
}

# As `_martlet_send`, for a start: one that needs slots of limits is never kept for later, but asks until there is an answer.
_martlet_ask() {
  if [ -z "${_limits:-}" ]; then
    _martlet_send "$1"
    return
  fi
  _martlet_frame "$1" >"$_dir/frame"
  _answer=$(_martlet_limit=15; _martlet_post ReportService/BatchReport <"$_dir/frame")
  case $? in
    0) _martlet_judge "$_answer" ;;
    4 | 5 | 6) _verdict=WAIT _reason='' _wait=2 ;;
    *) _verdict=REJECTED _reason='' ;;
  esac
}

_martlet_judge() {
  _verdict=ACCEPTED _reason='' _wait=1
  case $1 in
    *CODE_RE[FP]* | *CODE_FENCED* | *CODE_WAIT* | *'"error"'*) ;;
    *) return ;;
  esac
  while IFS=$_martlet_tab read -r _path _value; do
    case $_path in
      results.*.verdict.code)
        case $_value in
          '"CODE_ACCEPTED"') ;;
          *) _verdict=${_value#'"CODE_'} _verdict=${_verdict%'"'} ;;
        esac ;;
      results.*.verdict.wait)
        _wait=${_value#'"'} _wait=${_wait%%[.s]*}
        # Not for ever: who waits may be cancelled meanwhile.
        case $_wait in 0) _wait=1 ;; ? | [1-5]?) ;; *) _wait=60 ;; esac ;;
      results.*.error.code) _verdict=ERROR ;;
      results.*.reason | results.*.error.message) _reason=$_value ;;
    esac
  done <<FLAT
$(printf '%s' "$1" | martlet_json_flat)
FLAT
}

# Does what the directives of an answer ask, if they mean this run: its shell gets a TERM.
_martlet_obey() {
  case $1 in
    *'"directives"'*"$_run"*) ;;
    *) return 0 ;;
  esac
  _grace=
  while IFS=$_martlet_tab read -r _path _value; do
    case $_path=$_value in
      directives.*.cancel.runId=\"$_run\") _wanted=cancel ;;
      directives.*.fenced.runId=\"$_run\") _wanted=fenced ;;
      directives.*.cancel.grace=*) _grace=${_value#'"'} ;;
      directives.*.pause.runId=\"$_run\") : >"$_dir/paused"; continue ;;
      *) continue ;;
    esac
    [ -z "${_wanted:-}" ] || : >"$_dir/$_wanted"
  done <<FLAT
$(printf '%s' "$1" | martlet_json_flat)
FLAT
  [ -z "${_wanted:-}" ] || [ -e "$_dir/told" ] || {
    echo "${_grace%%[.s]*}" >"$_dir/grace"
    : >"$_dir/told"
    # A flow's shell acts on it when the command that it waits for has ended.
    kill -s TERM "$_owner" 2>/dev/null
    [ "$_kind" = task ] || _martlet_kill TERM "$_owner" below >/dev/null
  }
}

# martlet_pause_requested: true when somebody paused the run that this shell or command is. What it does goes on; tasks that it
# begins now wait until the run is resumed.
martlet_pause_requested() { [ -e "${MARTLET_STATE_DIR:-/nowhere}/paused" ]; }

# Signals a process and those below it, or only those below it: $1 signal, $2 process, $3 `below`.
# Prints whom. They are stopped first, so that none is born unseen meanwhile.
_martlet_kill() (
  _all=
  while :; do
    _new=
    for _pid in $(_martlet_below "$2" "${3-}"); do
      case " $_all " in
        *" $_pid "*) ;;
        *) ! kill -s STOP "$_pid" 2>/dev/null || _new="$_new $_pid" ;;
      esac
    done
    [ -n "$_new" ] || break
    _all="$_all$_new"
  done
  for _pid in $_all; do
    kill -s "$1" "$_pid" 2>/dev/null
    kill -s CONT "$_pid" 2>/dev/null
  done
  echo "$_all"
)

# The process $1 and those below it, or only those below it.
_martlet_below() {
  if [ -r /proc/self/stat ]; then
    cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^\([0-9]*\) .*) [^ ]* \([0-9]*\).*/\1 \2/'
  else
    ps -A -o pid= -o ppid=
  fi | awk -v root="$1" -v below="$2" '
    { parent[$1] = $2 }
    END {
      for (p in parent) {
        for (q = p; q != "" && q != 0 && q != root; q = parent[q]) continue
        if (q == root && (p != root || below == "")) print p
      }
    }'
}

# The process id of the shell that calls it, also inside a subshell.
_martlet_self() { exec sh -c 'echo "$PPID"'; }
