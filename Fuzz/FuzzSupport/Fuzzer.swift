internal import CFuzzer

/// Runs libFuzzer with the command line of this process: it calls `target` until told to stop.
package func runFuzzer(
    _ target: @escaping @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
        unsafe CommandLine
        .unsafeArgv
    unsafe LLVMFuzzerRunDriver(&count, &arguments, target)
}

/// A copy of what libFuzzer made up, so that nothing reads past its end unseen.
package func input(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: start, count: count))
}
