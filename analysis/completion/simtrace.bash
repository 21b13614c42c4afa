# bash completion of simtrace; generated from --help by tests/project/completions.py (ninja completions): do not edit

_simtrace_files() {
  compopt -o filenames 2>/dev/null
  local word=$1 pattern
  shift
  mapfile -t COMPREPLY < <(for pattern; do compgen -f -X "!$pattern" -- "$word"; done; compgen -d -- "$word")
  [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
_simtrace() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= value= i
  # Bash divides words at '=': --format=x arrives as three.
  if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${COMP_WORDS[i]} in
      --) [[ -z $command ]] && ((++i < COMP_CWORD)) && command=${COMP_WORDS[i]}; break ;;
      -n|--top|-p|--pid|-e|--events|-o|--output|--sweep|--trace|--by|--json|--csv|-t|--threshold|-f|--format) [[ ${COMP_WORDS[i+1]} == = ]] && ((++i)); ((++i)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  case "$command $previous" in
    "info "-n|"info "--top) :; return ;;
    "dump "-p|"dump "--pid) :; return ;;
    "dump "-e|"dump "--events) :; return ;;
    "platform "-o|"platform "--output) _simtrace_files "$word" '*'; return ;;
    "report "-o|"report "--output) _simtrace_files "$word" '*'; return ;;
    "report "--sweep) _simtrace_files "$word" '*'; return ;;
    "report "--trace) _simtrace_files "$word" '*.capnp'; return ;;
    "top "--by) mapfile -t COMPREPLY < <(compgen -W "time bytes count" -- "$word"); return ;;
    "top "-n|"top "--top) :; return ;;
    "top "--json) :; return ;;
    "top "--csv) :; return ;;
    "compare "-t|"compare "--threshold) :; return ;;
    "compare "-n|"compare "--top) :; return ;;
    "export "-f|"export "--format) mapfile -t COMPREPLY < <(compgen -W "perfetto csv json paje folded dot otf2" -- "$word"); return ;;
    "export "-o|"export "--output) _simtrace_files "$word" '*'; return ;;
  esac
  case $command in
    info) if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "-h --help -n --top --json" -- "$word"); else _simtrace_files "$word" '*.capnp'; fi ;;
    dump) if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "-h --help -p --pid -e --events --json --stacks" -- "$word"); else _simtrace_files "$word" '*.capnp'; fi ;;
    verify) if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "-h --help -q --quiet" -- "$word"); else _simtrace_files "$word" '*.capnp'; fi ;;
    platform) if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "-h --help -o --output" -- "$word"); else _simtrace_files "$word" '*.capnp'; fi ;;
    report) if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "-h --help -o --output --sweep --trace" -- "$word"); else _simtrace_files "$word" '*.capnp'; fi ;;
    top) if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "-h --help --by -n --top --json --csv" -- "$word"); else _simtrace_files "$word" '*.capnp'; fi ;;
    compare) if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "-h --help -t --threshold -n --top --all --json" -- "$word"); else _simtrace_files "$word" '*.capnp'; fi ;;
    export) if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "-h --help -f --format -o --output" -- "$word"); else _simtrace_files "$word" '*.capnp'; fi ;;
    "") mapfile -t COMPREPLY < <(compgen -W "info dump verify platform report top compare export -h --help --version" -- "$word") ;;
  esac
}
complete -F _simtrace simtrace
