package io.stoa.service.ingress;

import static io.stoa.rpc.RpcException.invalidArgument;

import io.stoa.protocol.livekit.AudioCodec;
import io.stoa.protocol.livekit.IngressAudioEncodingOptions;
import io.stoa.protocol.livekit.IngressAudioEncodingPreset;
import io.stoa.protocol.livekit.IngressAudioOptions;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressInput;
import io.stoa.protocol.livekit.IngressVideoEncodingOptions;
import io.stoa.protocol.livekit.IngressVideoEncodingPreset;
import io.stoa.protocol.livekit.IngressVideoOptions;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.VideoCodec;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.protocol.livekit.VideoQuality;
import io.stoa.rpc.RpcException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Whether what is wished of an ingress goes together. */
final class IngressChecks {
    private static final Set<TrackSource> VIDEO = EnumSet.of(TrackSource.UNKNOWN, TrackSource.CAMERA, TrackSource.SCREEN_SHARE);
    private static final Set<TrackSource> AUDIO = EnumSet.of(TrackSource.UNKNOWN, TrackSource.MICROPHONE, TrackSource.SCREEN_SHARE_AUDIO);
    private static final Set<VideoCodec> VIDEO_CODECS = EnumSet.of(VideoCodec.DEFAULT_VC, VideoCodec.H264_BASELINE, VideoCodec.VP8);
    private static final Set<AudioCodec> AUDIO_CODECS = EnumSet.of(AudioCodec.DEFAULT_AC, AudioCodec.OPUS);
    private static final int MAX_CHANNELS = 2;

    private IngressChecks() {}

    static void check(IngressInfo info) throws RpcException {
        if (info.getInputType() == IngressInput.URL_INPUT) {
            if (info.getRoomName().isEmpty()) throw invalid("no room name");
            if (info.hasEnabled() && !info.getEnabled()) throw invalid("disabled non reusable ingress");
        }
        if (info.getParticipantIdentity().isEmpty()) throw invalid("no participant identity");
        checkTranscoding(info);
        if (info.hasVideo()) check(info.getVideo());
        if (info.hasAudio()) check(info.getAudio());
    }

    private static void checkTranscoding(IngressInfo info) throws RpcException {
        if (Transcoding.of(info)) return;
        if (info.getInputType() != IngressInput.WHIP_INPUT) throw transcoding("bypassing transcoding impossible with selected input type");
        if (info.getVideo().getEncodingOptionsCase() != IngressVideoOptions.EncodingOptionsCase.ENCODINGOPTIONS_NOT_SET)
            throw transcoding("video encoding options must be empty if transcoding is disabled");
        if (info.getAudio().getEncodingOptionsCase() != IngressAudioOptions.EncodingOptionsCase.ENCODINGOPTIONS_NOT_SET)
            throw transcoding("audio encoding options must be empty if transcoding is disabled");
    }

    private static void check(IngressVideoOptions options) throws RpcException {
        if (!VIDEO.contains(options.getSource())) throw video("invalid track source");
        if (options.hasPreset() && options.getPreset() == IngressVideoEncodingPreset.UNRECOGNIZED) throw video("invalid preset");
        if (options.hasOptions()) check(options.getOptions());
    }

    private static void check(IngressVideoEncodingOptions options) throws RpcException {
        if (options.getFrameRate() < 0) throw video("invalid framerate");
        if (!VIDEO_CODECS.contains(options.getVideoCodec())) throw video("video codec unsupported");
        Map<VideoQuality, VideoLayer> layers = new TreeMap<>();
        for (VideoLayer layer : options.getLayersList()) {
            if (layer.getHeight() == 0 || layer.getWidth() == 0) throw video("invalid output media dimensions");
            if (layer.getWidth() % 2 != 0) throw invalid("layer width must be even");
            if (layer.getHeight() % 2 != 0) throw invalid("layer height must be even");
            if (layers.put(layer.getQuality(), layer) != null) throw video("more than one layer with the same quality level");
        }
        layers.remove(VideoQuality.OFF);
        VideoLayer below = VideoLayer.getDefaultInstance();
        for (VideoLayer layer : layers.values()) {
            if (Integer.compareUnsigned(layer.getHeight(), below.getHeight()) < 0) throw video("video layers do not have increasing height with increasing quality");
            if (Integer.compareUnsigned(layer.getWidth(), below.getWidth()) < 0) throw video("video layers do not have increasing width with increasing quality");
            below = layer;
        }
    }

    private static void check(IngressAudioOptions options) throws RpcException {
        if (!AUDIO.contains(options.getSource())) throw audio("invalid track source");
        if (options.hasPreset() && options.getPreset() == IngressAudioEncodingPreset.UNRECOGNIZED) throw audio("invalid preset");
        if (options.hasOptions()) check(options.getOptions());
    }

    private static void check(IngressAudioEncodingOptions options) throws RpcException {
        if (!AUDIO_CODECS.contains(options.getAudioCodec())) throw audio("audio codec unsupported");
        if (Integer.compareUnsigned(options.getChannels(), MAX_CHANNELS) > 0) throw audio("invalid audio channel count");
    }

    static RpcException invalid(String what) {
        return invalidArgument("invalid ingress: " + what);
    }

    private static RpcException transcoding(String what) {
        return invalidArgument("invalid transcoding bypass configuration: " + what);
    }

    private static RpcException video(String what) {
        return invalidArgument("invalid video parameters: " + what);
    }

    private static RpcException audio(String what) {
        return invalidArgument("invalid audio parameters: " + what);
    }
}
