package enum Shell: String, Sendable, CaseIterable {
    case bash
    case zsh
    case fish
}

/// The scripts that let a shell ask the program what may come next. All knowledge is in the
/// program; a script only carries words there and candidates back.
enum CompletionScript {
    /// The first word of the question.
    static let verb = "__complete"

    static func text(for shell: Shell, _ program: String) -> String {
        switch shell {
        case .bash: bash(program)
        case .zsh: zsh(program)
        case .fish: fish(program)
        }
    }

    private static func function(_ program: String) -> String {
        "_" + String(program.map { $0 == "-" ? "_" : $0 })
    }

    private static func bash(_ program: String) -> String {
        """
        # bash completion for \(program)
        \(function(program))() {
            local line word directive=none
            # --name=value reaches us as three words; the program wants it as typed.
            local words=("${COMP_WORDS[@]:1:COMP_CWORD-1}") current=${COMP_WORDS[COMP_CWORD]}
            COMPREPLY=()
            while IFS= read -r line; do
                case $line in
                    :*) directive=${line#:} ;;
                    *)
                        word=${line%%$'\\t'*}
                        [[ $word == "$current"* ]] && COMPREPLY+=("$(printf %q "$word")")
                        ;;
                esac
            done < <("${COMP_WORDS[0]}" \(verb) "${words[@]}" "$current" 2>/dev/null)
            case $directive in
                file) compopt -o filenames 2>/dev/null || :; COMPREPLY+=($(compgen -f -- "$current")) ;;
                folder) compopt -o filenames 2>/dev/null || :; COMPREPLY+=($(compgen -d -- "$current")) ;;
            esac
        }
        complete -F \(function(program)) \(program)

        """
    }

    private static func zsh(_ program: String) -> String {
        """
        #compdef \(program)
        # zsh completion for \(program)
        \(function(program))() {
            local line directive=none
            local -a candidates
            while IFS= read -r line; do
                case $line in
                    :*) directive=${line#:} ;;
                    *) candidates+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}") ;;
                esac
            done < <("${words[1]}" \(verb) "${(@)words[2,CURRENT]}" 2>/dev/null)
            (( ${#candidates} )) && _describe '\(program)' candidates
            case $directive in
                file) _files ;;
                folder) _files -/ ;;
            esac
        }
        if [[ ${funcstack[1]-} == \(function(program)) ]]; then
            \(function(program)) "$@"
        else
            compdef \(function(program)) \(program)
        fi

        """
    }

    private static func fish(_ program: String) -> String {
        """
        # fish completion for \(program)
        function _\(function(program))
            set -l words (commandline -opc) (commandline -ct)
            for line in ($words[1] \(verb) $words[2..-1] 2>/dev/null)
                switch $line
                    case ':file'
                        __fish_complete_path (commandline -ct)
                    case ':folder'
                        __fish_complete_directories (commandline -ct)
                    case ':*'
                    case '*'
                        echo $line
                end
            end
        end
        complete -c \(program) -f -a '(_\(function(program)))'

        """
    }
}
