// An SFU on Pion, as its examples show one: WHIP in, WHEP out, one UDP port for all.
//
// It is the peer that whip-relay is measured beside. `pion-sfu [-http ADDRESS] [-udp ADDRESS]
// [-plain]`; the first line of standard output says where HTTP is.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

// What one show has: a track for each kind, which all viewers share, and the way to its publisher.
type show struct {
	tracks    map[webrtc.RTPCodecType]*webrtc.TrackLocalStaticRTP
	publisher *webrtc.PeerConnection
	video     webrtc.SSRC
}

type sfu struct {
	api      *webrtc.API
	lock     sync.Mutex
	shows    map[string]*show
	sessions map[string]*webrtc.PeerConnection
	count    int
}

const maximumOffer = 1 << 16

var h264 = webrtc.RTPCodecCapability{
	MimeType:    webrtc.MimeTypeH264,
	ClockRate:   90000,
	SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
}

var opus = webrtc.RTPCodecCapability{
	MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
	SDPFmtpLine: "minptime=10;useinbandfec=1",
}

func makeAPI(socket net.PacketConn, isPlain bool) (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	registry := &interceptor.Registry{}
	if !isPlain {
		if err := webrtc.RegisterDefaultInterceptors(media, registry); err != nil {
			return nil, err
		}
	}
	settings := webrtc.SettingEngine{}
	settings.SetICEUDPMux(webrtc.NewICEUDPMux(nil, socket))
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry),
		webrtc.WithSettingEngine(settings)), nil
}

// Answers one offer; the session lives until it is deleted or its transport fails.
func (s *sfu) answer(
	offer string, prepare func(*webrtc.PeerConnection) error,
) (string, string, error) {
	connection, err := s.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", "", err
	}
	fail := func(err error) (string, string, error) {
		_ = connection.Close()
		return "", "", err
	}
	if err = prepare(connection); err != nil {
		return fail(err)
	}
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}
	if err = connection.SetRemoteDescription(description); err != nil {
		return fail(err)
	}
	answer, err := connection.CreateAnswer(nil)
	if err != nil {
		return fail(err)
	}
	gathered := webrtc.GatheringCompletePromise(connection)
	if err = connection.SetLocalDescription(answer); err != nil {
		return fail(err)
	}
	<-gathered
	s.lock.Lock()
	s.count++
	name := fmt.Sprint(s.count)
	s.sessions[name] = connection
	s.lock.Unlock()
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateFailed {
			s.end(name)
		}
	})
	return connection.LocalDescription().SDP, name, nil
}

func (s *sfu) end(name string) {
	s.lock.Lock()
	connection := s.sessions[name]
	delete(s.sessions, name)
	s.lock.Unlock()
	if connection != nil {
		_ = connection.Close()
	}
}

func (s *sfu) publish(name, offer string) (string, string, error) {
	published := &show{tracks: map[webrtc.RTPCodecType]*webrtc.TrackLocalStaticRTP{}}
	capabilities := map[webrtc.RTPCodecType]webrtc.RTPCodecCapability{
		webrtc.RTPCodecTypeVideo: h264, webrtc.RTPCodecTypeAudio: opus,
	}
	for kind, capability := range capabilities {
		track, err := webrtc.NewTrackLocalStaticRTP(capability, kind.String(), name)
		if err != nil {
			return "", "", err
		}
		published.tracks[kind] = track
	}
	answer, session, err := s.answer(offer, func(connection *webrtc.PeerConnection) error {
		published.publisher = connection
		connection.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
			if remote.Kind() == webrtc.RTPCodecTypeVideo {
				s.lock.Lock()
				published.video = remote.SSRC()
				s.lock.Unlock()
			}
			forward(remote, published.tracks[remote.Kind()])
		})
		return nil
	})
	if err == nil {
		s.lock.Lock()
		s.shows[name] = published
		s.lock.Unlock()
	}
	return answer, session, err
}

// Each packet to every viewer. Its extensions are the publisher's and would mean nothing there.
func forward(remote *webrtc.TrackRemote, local *webrtc.TrackLocalStaticRTP) {
	for {
		packet, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		packet.Extension = false
		packet.Extensions = nil
		if err = local.WriteRTP(packet); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			return
		}
	}
}

func (s *sfu) play(name, offer string) (string, string, error) {
	s.lock.Lock()
	wanted := s.shows[name]
	s.lock.Unlock()
	if wanted == nil {
		return "", "", errNoShow
	}
	return s.answer(offer, func(connection *webrtc.PeerConnection) error {
		for _, track := range wanted.tracks {
			sender, err := connection.AddTrack(track)
			if err != nil {
				return err
			}
			go s.pass(sender, wanted)
		}
		return nil
	})
}

// Reads what a viewer says, which the interceptors need, and passes on its wish for a keyframe.
func (s *sfu) pass(sender *webrtc.RTPSender, wanted *show) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			if _, isLoss := packet.(*rtcp.PictureLossIndication); !isLoss {
				continue
			}
			s.lock.Lock()
			loss := &rtcp.PictureLossIndication{MediaSSRC: uint32(wanted.video)}
			s.lock.Unlock()
			_ = wanted.publisher.WriteRTCP([]rtcp.Packet{loss})
		}
	}
}

var errNoShow = errors.New("nobody publishes this show")

func (s *sfu) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	words := strings.Split(strings.Trim(request.URL.Path, "/"), "/")
	if len(words) != 2 {
		http.NotFound(response, request)
		return
	}
	switch {
	case request.Method == http.MethodDelete && words[0] == "session":
		s.end(words[1])
	case request.Method == http.MethodPost && (words[0] == "whip" || words[0] == "whep"):
		offer, err := io.ReadAll(io.LimitReader(request.Body, maximumOffer))
		if err != nil {
			return
		}
		respond := s.publish
		if words[0] == "whep" {
			respond = s.play
		}
		answer, session, err := respond(words[1], string(offer))
		if err != nil {
			status := http.StatusBadRequest
			if errors.Is(err, errNoShow) {
				status = http.StatusConflict
			}
			http.Error(response, err.Error(), status)
			return
		}
		response.Header().Set("Content-Type", "application/sdp")
		response.Header().Set("Location", "/session/"+session)
		response.Header().Set("Content-Length", fmt.Sprint(len(answer)))
		response.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(response, answer)
	case request.Method == http.MethodOptions:
		response.WriteHeader(http.StatusNoContent)
	default:
		http.Error(response, "POST to /whip/NAME or /whep/NAME", http.StatusMethodNotAllowed)
	}
}

func run() error {
	httpAddress := flag.String("http", "127.0.0.1:0", "where HTTP listens")
	udpAddress := flag.String("udp", "127.0.0.1:0", "the one port of media")
	isPlain := flag.Bool("plain", false, "no interceptors: no NACK, reports or feedback")
	flag.Parse()
	address, err := net.ResolveUDPAddr("udp4", *udpAddress)
	if err != nil {
		return err
	}
	socket, err := net.ListenUDP("udp4", address)
	if err != nil {
		return err
	}
	// As large as the kernel grants.
	_ = socket.SetReadBuffer(4 << 20)
	_ = socket.SetWriteBuffer(4 << 20)
	api, err := makeAPI(socket, *isPlain)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *httpAddress)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())
	server := &sfu{
		api: api, shows: map[string]*show{}, sessions: map[string]*webrtc.PeerConnection{},
	}
	return http.Serve(listener, server)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "pion-sfu:", err)
		os.Exit(1)
	}
}
