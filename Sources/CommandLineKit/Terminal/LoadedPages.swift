internal import CShims

/// The pages of the program and its libraries that loading them has touched.
package enum LoadedPages {
    /// Gives them back: what is used again is read from the page cache again.
    ///
    /// Relocating some eighty libraries touches far more than is ever run of them, and it would
    /// count as this process's memory until its end.
    package static func giveBack() { lc_give_loaded_pages_back() }
}
