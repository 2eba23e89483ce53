/// Why media could not be read, decoded, encoded or written: facts, for others to put in words.
package enum MediaError: Error, Sendable, Equatable {
    /// The library's function and its code, a negative errno or one of its own.
    case library(function: String, code: Int32)
}
