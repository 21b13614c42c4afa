# bash completion of simreplay; generated from --help by tests/project/completions.py (ninja completions): do not edit

_simreplay_files() {
  compopt -o filenames 2>/dev/null
  local word=$1 pattern
  shift
  mapfile -t COMPREPLY < <(for pattern; do compgen -f -X "!$pattern" -- "$word"; done; compgen -d -- "$word")
  [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
_simreplay() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= value= i
  # Bash divides words at '=': --format=x arrives as three.
  if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${COMP_WORDS[i]} in
      --) [[ -z $command ]] && ((++i < COMP_CWORD)) && command=${COMP_WORDS[i]}; break ;;
      --place|--deploy|--host-speed|--what-if|--split|--rtt|--bandwidth|--dump-platform|--sweep|--target|--by|--jobs|-o|--output|--save-program|--engine|--order|--model|--cfg) [[ ${COMP_WORDS[i+1]} == = ]] && ((++i)); ((++i)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  case "$command $previous" in
    *' '--place) :; return ;;
    *' '--deploy) _simreplay_files "$word" '*.xml'; return ;;
    *' '--host-speed) :; return ;;
    *' '--what-if) :; return ;;
    *' '--split) :; return ;;
    *' '--rtt) :; return ;;
    *' '--bandwidth) :; return ;;
    *' '--dump-platform) _simreplay_files "$word" '*'; return ;;
    *' '--sweep) :; return ;;
    *' '--target) :; return ;;
    *' '--by) mapfile -t COMPREPLY < <(compgen -W "cpu cores disk net.bandwidth net.latency" -- "$word"); return ;;
    *' '--jobs) :; return ;;
    *' '-o|*' '--output) _simreplay_files "$word" '*'; return ;;
    *' '--save-program) _simreplay_files "$word" '*'; return ;;
    *' '--engine) mapfile -t COMPREPLY < <(compgen -W "event reference" -- "$word"); return ;;
    *' '--order) mapfile -t COMPREPLY < <(compgen -W "arrival recorded" -- "$word"); return ;;
    *' '--model) :; return ;;
    *' '--cfg) :; return ;;
  esac
  if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "-h --help --version --place --deploy --host-speed --what-if --split --rtt --bandwidth --dump-platform --sweep --target --by --sensitivity --jobs --json -o --output --save-program --timeline --no-timeline --no-path -q --quiet -v --verbose --engine --order --model --cfg --no-closure --no-validity --same-experiment --dump-program" -- "$word"); else _simreplay_files "$word" '*.capnp' '*.xml' '*.program'; fi
}
complete -F _simreplay simreplay
