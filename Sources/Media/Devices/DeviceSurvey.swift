internal import Glibc

/// A capture device that is there.
package struct FoundDevice: Sendable, Equatable {
    package let address: DeviceAddress
    /// What its maker calls it; may be empty.
    package let title: String

    /// The word that names it as an input.
    package var word: String { "\(address.kind.rawValue):\(address.name)" }
}

/// What was found of a kind of devices.
package struct DeviceSurvey: Sendable, Equatable {
    package let kind: DeviceKind
    package let outcome: Outcome

    package enum Outcome: Sendable, Equatable {
        case found([FoundDevice])
        case failed(MediaError)
    }

    package enum Limits {
        static let devices = 256
    }

    /// Looks for devices of each kind, in a steady order.
    package static func all() -> [DeviceSurvey] {
        DeviceKind.allCases.map { kind in
            do throws(MediaError) {
                return DeviceSurvey(kind: kind, outcome: .found(try find(kind)))
            } catch {
                return DeviceSurvey(kind: kind, outcome: .failed(error))
            }
        }
    }

    private static func find(_ kind: DeviceKind) throws(MediaError) -> [FoundDevice] {
        let library = try DeviceLibrary.load()
        switch kind {
        case .v4l2, .alsa, .pulse: return try library.devices(kind)
        case .x11:
            _ = try unsafe library.format(of: kind)
            return screens
        }
    }

    /// X servers of this machine, by their sockets: the library can't list them.
    private static var screens: [FoundDevice] {
        guard let folder = unsafe opendir("/tmp/.X11-unix") else { return [] }
        defer { unsafe closedir(folder) }
        var numbers: [Int] = []
        while let entry = unsafe readdir(folder), numbers.count < Limits.devices {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name.hasPrefix("X"), let number = Int(name.dropFirst()) { numbers.append(number) }
        }
        return numbers.sorted().map { number in
            FoundDevice(address: DeviceAddress(kind: .x11, name: ":\(number)"), title: "screen")
        }
    }
}
