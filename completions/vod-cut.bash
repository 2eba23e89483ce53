# bash completion for vod-cut
_vod_cut() {
    local line word directive=none
    # --name=value reaches us as three words; the program wants it as typed.
    local words=("${COMP_WORDS[@]:1:COMP_CWORD-1}") current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :*) directive=${line#:} ;;
            *)
                word=${line%%$'\t'*}
                [[ $word == "$current"* ]] && COMPREPLY+=("$(printf %q "$word")")
                ;;
        esac
    done < <("${COMP_WORDS[0]}" __complete "${words[@]}" "$current" 2>/dev/null)
    case $directive in
        file) compopt -o filenames 2>/dev/null || :; COMPREPLY+=($(compgen -f -- "$current")) ;;
        folder) compopt -o filenames 2>/dev/null || :; COMPREPLY+=($(compgen -d -- "$current")) ;;
    esac
}
complete -F _vod_cut vod-cut
