internal import CFFmpeg

/// Options for a format or a codec, by the names that FFmpeg's manuals use.
@safe
struct LibraryOptions: ~Copyable {
    private var dictionary: OpaquePointer?

    init(_ pairs: [(name: String, value: String)] = []) {
        for pair in pairs { set(pair.name, pair.value) }
    }

    deinit {
        var dictionary = unsafe dictionary
        unsafe av_dict_free(&dictionary)
    }

    mutating func set(_ name: String, _ value: String) {
        unsafe av_dict_set(&dictionary, name, value, 0)
    }

    /// Lends the dictionary to a function that takes from it what it knows.
    mutating func with<Answer>(
        _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Answer
    ) -> Answer {
        unsafe body(&dictionary)
    }
}
