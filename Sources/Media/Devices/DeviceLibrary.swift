internal import CFFmpeg
internal import Glibc

/// libavdevice, which is opened when a device is named and stays open.
///
/// Linked, it would cost each start 40 ms and 18 MB, for sound servers and cameras that most pushes
/// have nothing to do with.
@safe
struct DeviceLibrary: @unchecked Sendable {  // its handle is never closed, and only read
    private typealias Register = @convention(c) () -> Void
    private typealias List =
        @convention(c) (
            UnsafePointer<AVInputFormat>?, UnsafePointer<CChar>?, OpaquePointer?,
            UnsafeMutablePointer<UnsafeMutablePointer<AVDeviceInfoList>?>?
        ) -> Int32
    private typealias FreeList =
        @convention(c) (UnsafeMutablePointer<UnsafeMutablePointer<AVDeviceInfoList>?>?) -> Void

    private let handle: UnsafeMutableRawPointer

    /// As the headers that we were built with have it.
    private static let name = "libavdevice.so.\(LIBAVDEVICE_VERSION_MAJOR)"
    private static let loaded = DeviceLibrary()

    static func load() throws(MediaError) -> DeviceLibrary {
        guard let loaded else { throw .noDeviceLibrary(name: name) }
        return loaded
    }

    private init?() {
        guard let handle = unsafe dlopen(Self.name, RTLD_NOW),
            let symbol = unsafe dlsym(handle, "avdevice_register_all")
        else { return nil }
        unsafe unsafeBitCast(symbol, to: Register.self)()
        // ALSA talks to standard error by itself.
        if let symbol = unsafe dlsym(handle, "snd_lib_error_set_handler") {
            _ = unsafe lc_alsa_silence(symbol)
        }
        unsafe self.handle = handle
    }

    func format(of kind: DeviceKind) throws(MediaError) -> UnsafePointer<AVInputFormat> {
        guard let format = unsafe av_find_input_format(kind.formatName) else {
            throw .noDeviceKind(kind)
        }
        return unsafe format
    }

    /// The devices of a kind that the library can list.
    func devices(_ kind: DeviceKind) throws(MediaError) -> [FoundDevice] {
        let format = try unsafe format(of: kind)
        guard let list = unsafe dlsym(handle, "avdevice_list_input_sources"),
            let free = unsafe dlsym(handle, "avdevice_free_list_devices")
        else { throw .noDeviceKind(kind) }
        let mark = LibraryLog.shared.mark
        var devices: UnsafeMutablePointer<AVDeviceInfoList>?
        let code = unsafe unsafeBitCast(list, to: List.self)(format, nil, nil, &devices)
        defer { unsafe unsafeBitCast(free, to: FreeList.self)(&devices) }
        guard code >= 0 else {
            throw .library(LibraryProblem("avdevice_list_input_sources", code, since: mark))
        }
        guard let devices = unsafe devices else { return [] }
        let count = unsafe min(Int(devices.pointee.nb_devices), DeviceSurvey.Limits.devices)
        return (0..<count).compactMap { index in
            guard let device = unsafe devices.pointee.devices[index],
                let name = unsafe device.pointee.device_name
            else { return nil }
            let title = unsafe device.pointee.device_description.map {
                unsafe String(cString: $0)
            }
            return unsafe FoundDevice(
                address: DeviceAddress(kind: kind, name: String(cString: name)),
                title: title ?? "")
        }
    }
}
