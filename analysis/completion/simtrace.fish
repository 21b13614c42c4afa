# fish completion of simtrace; generated from --help by tests/project/completions.py (ninja completions): do not edit

complete -c simtrace -f
complete -c simtrace -n '__fish_use_subcommand' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_use_subcommand' -l version -d 'Display program version information and exit'
complete -c simtrace -n __fish_use_subcommand -a info -d 'Summarise a trace or a prediction'
complete -c simtrace -n __fish_use_subcommand -a dump -d 'Print every event of a trace, as strace does'
complete -c simtrace -n __fish_use_subcommand -a verify -d 'Check that a trace is whole and undamaged'
complete -c simtrace -n __fish_use_subcommand -a platform -d 'Write the recording host as a SimGrid platform (its twin)'
complete -c simtrace -n __fish_use_subcommand -a export -d 'Convert a trace or a prediction for other tools (Perfetto, CSV, JSON)'
complete -c simtrace -n '__fish_seen_subcommand_from info' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from info' -s n -l top -x -d 'Rows of each table (0 = all)'
complete -c simtrace -n '__fish_seen_subcommand_from info' -l json -d 'JSON instead of text'
complete -c simtrace -n '__fish_seen_subcommand_from info' -F
complete -c simtrace -n '__fish_seen_subcommand_from dump' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from dump' -s p -l pid -x -a '(__fish_complete_pids)' -d 'Only these processes or threads (by pid or tid'
complete -c simtrace -n '__fish_seen_subcommand_from dump' -s e -l events -x -d 'Only these calls or events, e.g'
complete -c simtrace -n '__fish_seen_subcommand_from dump' -l json -d 'One JSON object per line instead of text'
complete -c simtrace -n '__fish_seen_subcommand_from dump' -l stacks -d 'Print recorded call stacks'
complete -c simtrace -n '__fish_seen_subcommand_from dump' -F
complete -c simtrace -n '__fish_seen_subcommand_from verify' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from verify' -s q -l quiet -d 'Say nothing, only set the exit status'
complete -c simtrace -n '__fish_seen_subcommand_from verify' -F
complete -c simtrace -n '__fish_seen_subcommand_from platform' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from platform' -s o -l output -r -F -d 'File to write (- = standard output)'
complete -c simtrace -n '__fish_seen_subcommand_from platform' -F
complete -c simtrace -n '__fish_seen_subcommand_from export' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from export' -s f -l format -x -a 'perfetto csv json' -d 'perfetto (JSON for ui.perfetto.dev), csv, or json (lines)'
complete -c simtrace -n '__fish_seen_subcommand_from export' -s o -l output -r -F -d 'File to write (- = standard output)'
complete -c simtrace -n '__fish_seen_subcommand_from export' -F
