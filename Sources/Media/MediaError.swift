/// Why media could not be read, decoded, encoded or written: facts, for others to put in words.
package enum MediaError: Error, Sendable, Equatable {
    /// A function of the library failed.
    case library(LibraryProblem)
    /// The stop flag was raised while the library waited.
    case stopped
    /// Nothing came, or could be sent, for so long.
    case timedOut(after: Duration)
    /// The input holds neither picture nor sound.
    case noTracks
    case noSuchTrack(Int)
    /// The library was built without what decodes, or encodes, this codec.
    case noDecoder(codec: String)
    case noEncoder(codec: String)
    /// More than a named limit allows.
    case overLimit(MediaLimit)
    /// libavdevice, which is opened when it is needed, is not installed.
    case noDeviceLibrary(name: String)
    /// The device library was built without this kind.
    case noDeviceKind(DeviceKind)
    /// The size of a picture that cannot be: odd, empty or too large.
    case badSize(width: Int, height: Int)
}

/// What hostile or damaged media must not exceed.
package enum MediaLimit: Sendable, Hashable {
    case tracks
    case frameBytes
    case pictureSize
    /// So many unreadable frames in a row.
    case damagedFrames
}
