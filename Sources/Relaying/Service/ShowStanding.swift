import Primitives
import WebRTC

/// How a show stands, as far as events tell of it.
struct ShowStanding: Equatable, Sendable {
    var isActive = false
    var viewerCount = 0
    /// Those of its picture; one without simulcast.
    var layers: [LayerReport] = []

    init(_ report: ShowReport?) {
        guard let report else { return }
        isActive = report.isActive
        viewerCount = report.viewerCount
        layers = report.tracks.first { $0.codec.kind == .video }?.layers ?? []
    }

    /// The events that lead here, as they are sent; `last` is nil for whoever knows nothing.
    func events(
        after last: ShowStanding?, kinds: Set<ShowEventKind>, pictureMID: String
    ) -> String {
        var text = ""
        func add(_ kind: ShowEventKind, _ data: JSON) {
            if kinds.contains(kind) {
                text += "event: \(kind.rawValue)\ndata: \(data.text)\n\n"
            }
        }
        if last?.isActive != isActive {
            add(isActive ? .active : .inactive, .object(JSONObject()))
        }
        if last?.layers.map(\.shape) != layers.map(\.shape), isActive {
            add(.layers, layersData(pictureMID))
        }
        if last?.viewerCount != viewerCount {
            var data = JSONObject()
            data["viewercount"] = .integer(Int64(viewerCount))
            add(.viewercount, .object(data))
        }
        return text
    }

    private func layersData(_ pictureMID: String) -> JSON {
        var lists = JSONObject()
        let active = layers.filter(\.isActive)
        lists["active"] = .array(active.map { $0.json(naming: "id") })
        lists["inactive"] = .array(layers.filter { !$0.isActive }.map { $0.json(naming: "id") })
        lists["layers"] = .array(active.map { $0.json(naming: "encodingId") })
        var data = JSONObject()
        data[pictureMID] = .object(lists)
        return .object(data)
    }
}

extension LayerReport {
    /// What makes a difference to whoever chooses; the bit rate moves all the time.
    fileprivate var shape: LayerReport {
        var shape = self
        shape.bitsPerSecond = 0
        shape.viewerCount = 0
        return shape
    }

    fileprivate func json(naming name: String) -> JSON {
        var object = JSONObject()
        object[name] = .string(rid)
        object["bitrate"] = .integer(Int64(bitsPerSecond))
        if let size {
            object["width"] = .integer(Int64(size.width))
            object["height"] = .integer(Int64(size.height))
        }
        return .object(object)
    }
}
