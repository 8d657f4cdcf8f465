package io.stoa.service.ingress;

import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.store.memory.MemoryHashes;
import io.stoa.store.records.IngressRecords;
import java.lang.annotation.Annotation;

/** The ingress service without URLs for publishers, and without a framework. */
public final class LocalIngress {
    private LocalIngress() {}

    public static RpcEndpoint of(RpcBus bus) {
        IngressService service = new IngressService(new IngressConfig() {
            @Override
            public String rtmpBaseUrl() {
                return "";
            }

            @Override
            public String whipBaseUrl() {
                return "";
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return IngressConfig.class;
            }
        });
        service.bus = bus;
        service.store = new IngressRecords(new MemoryHashes());
        return service;
    }
}
