# Completion of tapecli for fish. This file goes where fish looks for it when it is needed:
#
#     tapecli completion fish > ~/.config/fish/completions/tapecli.fish

function __tapecli_complete
    set -l line (commandline --cut-at-cursor --current-process | string collect)
    for row in (env _TAPECLI_COMPLETE=fish_complete COMP_WORDS="$line" tapecli 2> /dev/null)
        set -l cells (string split \t -- $row)
        if test $cells[1] = file
            for name in (__fish_complete_path "$cells[4]")
                echo -- $cells[3]$name
            end
        else
            echo -- $cells[2]\t$cells[4]
        end
    end
end

complete --command tapecli --no-files --keep-order --arguments '(__tapecli_complete)'
