# fish completion of simtrace; generated from --help by tests/project/completions.py (ninja completions): do not edit

complete -c simtrace -f
complete -c simtrace -n '__fish_use_subcommand' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_use_subcommand' -l version -d 'Display program version information and exit'
complete -c simtrace -n __fish_use_subcommand -a info -d 'Summarise a trace or a prediction'
complete -c simtrace -n __fish_use_subcommand -a dump -d 'Print every event of a trace, as strace does'
complete -c simtrace -n __fish_use_subcommand -a verify -d 'Check that a trace is whole and undamaged'
complete -c simtrace -n __fish_use_subcommand -a platform -d 'Write the recording host as a SimGrid platform (its twin)'
complete -c simtrace -n __fish_use_subcommand -a report -d 'Write a prediction as one interactive page for a browser'
complete -c simtrace -n __fish_use_subcommand -a top -d 'What took the time and moved the bytes'
complete -c simtrace -n __fish_use_subcommand -a compare -d 'What changed between two traces or two predictions, by cause'
complete -c simtrace -n __fish_use_subcommand -a export -d 'Convert a trace or a prediction for other tools (Perfetto, Pajé, flame graphs, Graphviz, …'
complete -c simtrace -n '__fish_seen_subcommand_from info' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from info' -s n -l top -x -d 'Rows of each table (0 = all)'
complete -c simtrace -n '__fish_seen_subcommand_from info' -l json -d 'JSON instead of text'
complete -c simtrace -n '__fish_seen_subcommand_from info' -F
complete -c simtrace -n '__fish_seen_subcommand_from dump' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from dump' -s p -l pid -x -d 'Only these processes or threads'
complete -c simtrace -n '__fish_seen_subcommand_from dump' -s e -l events -x -d 'Only these calls or events, e.g. read,write,thread-exit'
complete -c simtrace -n '__fish_seen_subcommand_from dump' -l json -d 'One JSON object per line instead of text'
complete -c simtrace -n '__fish_seen_subcommand_from dump' -l stacks -d 'Print recorded call stacks'
complete -c simtrace -n '__fish_seen_subcommand_from dump' -F
complete -c simtrace -n '__fish_seen_subcommand_from verify' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from verify' -s q -l quiet -d 'Say nothing, only set the exit status'
complete -c simtrace -n '__fish_seen_subcommand_from verify' -F
complete -c simtrace -n '__fish_seen_subcommand_from platform' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from platform' -s o -l output -r -F -d 'File to write (- = standard output)'
complete -c simtrace -n '__fish_seen_subcommand_from platform' -F
complete -c simtrace -n '__fish_seen_subcommand_from report' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from report' -s o -l output -r -F -d 'Page to write (- = standard output)'
complete -c simtrace -n '__fish_seen_subcommand_from report' -l sweep -r -F -d 'Draw this sweep too (simreplay --sweep … --json)'
complete -c simtrace -n '__fish_seen_subcommand_from report' -l trace -r -F -d 'Show where and how this trace of the prediction was recorded'
complete -c simtrace -n '__fish_seen_subcommand_from report' -F
complete -c simtrace -n '__fish_seen_subcommand_from top' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from top' -l by -x -a 'time bytes count' -d 'Sort by time, bytes or count (of calls)'
complete -c simtrace -n '__fish_seen_subcommand_from top' -s n -l top -x -d 'Rows of each table (0 = all)'
complete -c simtrace -n '__fish_seen_subcommand_from top' -l json -x -d 'JSON instead of tables'
complete -c simtrace -n '__fish_seen_subcommand_from top' -l csv -x -d 'Comma-separated values, all tables in one'
complete -c simtrace -n '__fish_seen_subcommand_from top' -F
complete -c simtrace -n '__fish_seen_subcommand_from compare' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from compare' -s t -l threshold -x -d 'What changes by less than this part of the wall time is noise'
complete -c simtrace -n '__fish_seen_subcommand_from compare' -s n -l top -x -d 'Rows of each table (0 = all)'
complete -c simtrace -n '__fish_seen_subcommand_from compare' -l all -d 'Show changes below the threshold, too'
complete -c simtrace -n '__fish_seen_subcommand_from compare' -l json -d 'JSON instead of tables'
complete -c simtrace -n '__fish_seen_subcommand_from compare' -F
complete -c simtrace -n '__fish_seen_subcommand_from export' -s h -l help -d 'Print this help message and exit'
complete -c simtrace -n '__fish_seen_subcommand_from export' -s f -l format -x -a 'perfetto csv json paje folded dot otf2' -d 'One of those below'
complete -c simtrace -n '__fish_seen_subcommand_from export' -s o -l output -r -F -d 'File to write (- = standard output)'
complete -c simtrace -n '__fish_seen_subcommand_from export' -F
