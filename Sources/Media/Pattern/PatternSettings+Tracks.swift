extension PatternSettings {
    /// What the pattern gives, in the words of an input: nothing of it is encoded yet.
    package var tracks: [TrackDescription] {
        var tracks: [TrackDescription] = []
        if hasPicture {
            tracks.append(
                TrackDescription(
                    index: 0, codec: .other(name: "rawvideo"), timeBase: .video,
                    content: .picture(
                        PictureTrack(
                            size: size, rate: rate, hasReorderedFrames: false, rotation: 0)),
                    profile: nil, configuration: [], duration: nil, bitRate: nil))
        }
        if hasSound {
            tracks.append(
                TrackDescription(
                    index: 1, codec: .other(name: "pcm_f32le"), timeBase: .audio,
                    content: .sound(
                        SoundTrack(
                            sampleRate: TestPattern.Limits.sampleRate,
                            channels: TestPattern.Limits.channels)),
                    profile: nil, configuration: [], duration: nil, bitRate: nil))
        }
        return tracks
    }
}
