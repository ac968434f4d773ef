"""PDFs that another program has encrypted, packed: how, and which password opens them."""

import base64
import zlib

_PACKED = {
    (2, ""): (
        "c-n<hL2lbH5WMRZd+{+9xfCf8FnmZH14UcJaME6a9+u+Db>T{Z%m7KB(~tC7y%k+6v8}>~hzCi-of+;dC(HTbLccTF<oBOne=`jV"
        "y6`=lP9a~?ns<PLtRTO8eqhM2DABfC!)%su8~24cB3yNkZ2}GXhfUnUJ(z*|^+0~nJ5kMl)HZROc2K<7ed4&G%kD{3lq{zaN{@T3"
        "CG}ExIM#}H-"
        "D6*iuBgmrW2=!<F>?CI?K*uEAYW{@iF<i(De;`^E)JYs>Y09Id+zJ!tBM_|9JsfM+DLso>J}n=15@jXL#+a06%~?>QBxDkz!oWD;"
        "pL}x0%&eLnt}=+8nTW<iFKtkNheFVkgoHUw3>g0sj5+<WiDOKs5CQ0Cl2JfGA>eCMa_|wuVT%{U<|SmEjfcKROqxQev#RnLV4=B$"
        "t2oL9UpMk8Vd~^F)d9GJM9T`#Tlm2oMDLm9P=YA^|aYai2FQOUAMnE!%S~CKN%e4@8@towOH!fHbGS(MsmUWLOC*)ec5<j;q2`Sx"
        "ir^p-9JAhu!F-eWa`t9fK@J=Os;Ph*+2Ht(2)"
    ),
    (2, "secret"): (
        "c-"
        "n=MOK#gR5Qg_U#caGx#kWMj&?0dR6m1d1NxKQU;A7~zaHT+EfTYLiMS866ijI}oR^dg&g@~W?f5VyKY_(Wk@OQG9{r>aoZ^3~<=f"
        "4;8Ig~56!2tv*YbfuY9}vnbm))-"
        "0K+_c1#(kie7_Pd<HUo$9!!{0Z4|24AJ(yp3C#(F=+GcF?0O}>(CyZNn**y`3(K1{>WyPMgay<neuC>OYd+Y;oiPALFRFh0<lIbJ"
        "1oBWN0a=G1Q?CHOA85bD3IC_TMqx(_py|3F>ik?so-rMZj==yl%DgxiYoQX<VE-Gg0;FwOSQYuAVTV}bh6c5QM+WU~Kl@gUPOvjL"
        "Fj41_U0#&kt3#z(YQ>o==B6{JyPnewcnoEU>V{KxrlJv|Z6)MMVZ6ix8p)kyObZ8=%QF_!e67dVo=G2s@9#cWBE!gn`qqWqK;HYs"
        "bdOT@Qno(yO7xGLK!k%k(qUGLgchtmvKi6Hie>vk!Z?``Y43zH|a6i|g;z1|RY9FIBUR%YClNxQ6EU!iLb_6||>o)Yy4;l2BVH~p"
        "S^Vk8+Ofj2X-z<xNTW-(L"
    ),
    (3, ""): (
        "c-n=My>8nu6oq#^#a%q6;^m)2K=6<_28y<b;iO%H4y1VLs&J)1Vt}NN(--"
        "Mubt_6Kv8}>Gq(Q>b{mu~&x!A1M7x+$Qi{F2K{ml><bnbgrRgiD&jt1aK*+PEz{6LUj*=YCO4wlP|T0ai*8F1A-wh<8W4~-w-"
        "9>j!xJ-{!1Csh20wvpO6fP9JjM82_?-"
        "BWU5>DI`hFnsjd*gg#&erroZ_t@9TH@PgA^Qc*poF#pvb{D@TAzwH9NPT+lZKM^|ou8N?_GEu#Bm4UL>Y`>Y2lh7F*4y46eUX=t-"
        "$12Ra73=qB(*_T_*y#aNI8R8Q(2(VK^V{K;4KS`8O};k3SLMQwm_MdvVjX^qun+&nSX{#Ca4UONmGhYqL;!+r-"
        "MbyOd)v97)P1n40DDgqGSbH=?#vAtTB0hNyVLddFm--sojhnFVIQ}1p$s4rgcwW+LNZ`nTA}PX`GvL&CIme+h(7794p;+-"
        "FSGWZM|)N5@^WZui(B?yudou$x7$F)lM17v=xd>5e$}m`SwIQH`i_5KR-lJQ^K^*wvST-ikWP&xV~9u{{YeC%`g"
    ),
    (3, "secret"): (
        "c-"
        "n=MO>WyT5QX<T#caGx#i2;b1OzV<$3W2*F`TrUpo`&;TotYq$PAG5IK4=Z)m_n%65A@g2(=*bIPV+rk+b!3b%F0xHv9eO*WV05K<"
        "B<^RR#H)ws8-Vl?~)~&kqsuD@wHMwy;=au?<6^oEWaU$2I{%{-FtbxQAl2em$69cqeP|pS4Y~O?yx;?LNiO&}H|;6v3ZC38j?-"
        "YfU{D9)4>R_uXUfnah;LV%lobNliL^jO{jkV<BHPyA*q#ca-"
        "8X`Yw!~ed;6q$OiB0@|B_|l!Ny+Q5&caM=r`a<Tp?iQKB!bQ(Bcpp=@nXlk>)VB69P(v{-"
        "s$Jw``ZQ*^;eg`{NkBBGIelr>zS7;qa-GXD$}1vWEQ`NCOYJ=d0I7-"
        "+N&Y!nieGS&)bqe4`oWMZ%=l$|S&%>2T^opO2VW1VrjnK%wGS{E8>IBLk}9(UT4X4IL6vN+SEwC9?gXsM@W$2ks>Zn|!GJma<AHa"
        "{a6$lovFzS6QpuWKjfE(9`8TO|w?I@+?fIG2mJEBM`9x4wUVNTA0K<2_TK#ssvm*=%-wv&#MfGhxo|"
    ),
    (4, ""): (
        "c-n<hKabNe6yL*FV0a7_(-A-0abhW|1lLwVaB9`kV>p3i$4;-"
        "OUQ(qlx?^PJTQD)O!^S6Ix|xNAl?@3Y4k!JKI*<%bety3{etxY%r+0)8M9}*D^WC2Sfk3G*f;5G2peA+!)FVR(pIy%_gvZLMSvi4"
        "rJFtbR3+W!=xLg(v5W*)@vw$;T4fVx_ywclI*+106*}^S=uk22&nW{(Sl~*DD6-XhLwALD^$`@{84eg>_R+-"
        "oJD(&{Z)t(dIb9!ovi8}{IA?!_O&Q^Y%DQ7!2D@{XMxXP-"
        "_;O0&A@g9!veqoFJJ5Ij6eSYWDubbaLZZBTm|N7zmZ7seoUE4(a2kO;{!jUuUuZK%_-"
        "hEX^4?AVnpWC7?I`JFb(J9^LLQx;1KFKEC$f?4p%Ir#L0%0Fg5#`!i9Sh5aL>-"
        "%qYo%?ZC1Pfi7^TRWG$hN7A~_+Fl7uCU#vGZ7k$aDR7gE0r;0Q^rI`sYbhL^ofa=%o&pE0D|t0p-"
        "oTqZ0}&~T=?7P&%2WXxzr2u1GmNTQ|Xh@8ZzxRF>hc!u6>yfQuYUb`#0s%#$kiw?;40TD$kf*iIO`VKcc#SRnv07J?SFiPbC#{3X"
        "$F;}VS%=f##t6^EzbKFeWX!_cMfbek#&eDj+nEAGoL>r@ojwB~SvB=6emzdD@|110mcZ;mLo;!#dhi2kb<(du%o&>E{x8Do?0xh%"
        "q;{"
    ),
    (4, "secret"): (
        "c-n=My^hmB5XTFsTtZ7RP0C>Jhu2xjiga8O2|<)7;jTGR?3Z&vIXiMT=<cc$uYjPT;|=I2P_Col8F&f`I>gxdL@8JoYyUm-|IN-"
        "$W7z36$x{(D?tg#&6A*}?&~Jh?g>a}QZUGdP5rnU9<_^MB<<+d1K)W5d+*X0~AmOxF<{k)yFQ#?@7r^S&*W2W^-"
        "#(T7lbU;%`vveduJ7zrJu9x!CBjD#3W=nZ*HD!hxGihs7R9nO=!-"
        "7x_95zk#1BX>T|V)bz$k>h>CC$l_nGpp<4j@eq=he?x(YtN`}*kQ{o}jl7jpmbf&T7SAAT@4yzBq`_2kpH)v7Yzgl;hL;emQpMd8"
        "@n&D+V+Uv}SCrH7ru4CXGcg8KNQJ3gnox`?QbQJrL4-"
        "Po(#s?zR5XbZvtq|8xbnAAMx31eJlg2YN2VT@8rx3WZ%#0Y7K(~4xuX{#wGic@DIM+8O2pbIH(Luityavfp+5qQ<xR*qY_|2TtGS"
        "#(D(H%!Y&8Z=8pwTOtNMdyeT&V`hbmW~s`qXdywl8DO|Hw0;CYv?($_E&UWx-7tp4x-"
        "%x5yvcs40am94%dJ3y(ajPMkqVdD3wPV!y(vdzEsm0_Pe^PQBhQLTu<0|dh0+y_`CxbX-"
        "pGh;!H;^ZLJbImOK)Q#ZD%fBrV$he*}(jH#g<Y+(TRw>WNdOuR9=kD`+&jgI@3#TcY~`"
    ),
    (6, ""): (
        "c-n<iy>1jq5RNXH;~`o|4hYQj{|{PO!tAa<fNa@d0z^>VRc-dPp0Q@f$i7Fo7a%7`x&-"
        "N>yX<r?zzgsIhztn{M9<)#MGkIer0%Jz@2jt>t2cJ1^G$KvRU7|&e)FvojI%cWR!t_Xo}Kp8tQKvvV#Dv<>Go{gY{QBUs2e=2F3`"
        "2eNA!x8%(Jbn;j4GykXB3<&OKH?IXfm+--8~O?O}0O)ZmaxuBE)!o-{oZtbVw_6?@Lq2z_w@{=s(zRX;(SBBEb0{UhCD!Ub%%r-"
        "g-=*9ys8kOS8)bS3aY)*h|elP=L%<RJPg)mkRKmgx~Shy6>YB&+9(WlvpMm(bIcQi~&K)prC()rXHa58rS8{r3J}ci#Qi-"
        "1>U9b>rPH^{=;{efjkI&wu}TJCL7;o~JSE1<l89@Ar7VyL-"
        "~VoV^;P*V8ub98)s{JuZ&f{()N8b>999b^ARu2pwLANMl*O!zKV|L*hshb<|2k6%;1OC^JHenRqh63q{tD$y{rfq9aYh=&XQe7Ys"
        "O_WA>1xhvaiEt0^JbBcd-FcFN2sYlK4QED0Gkmo_CYMRZt51qP>i5ZYz5QR<vr4o+c6Hfc@ZjN`*3u}#6HFB|HP%2A<F;FHPH8Lt"
        "g@P6=6*q*8$L=wyNHF*}rgG{5L!S-PvAr);8~$yTcnq%I|5%#gA-$t%do1}Y5+94vviQY6pGTNh)*qB%LkK@w#L(nO_W%-"
        "o|g+yj@1OERdXEh3(l^0SQ!3b~d6t&*TJ8G|Wv%$l@wE)WJ#N?B1#C*%Tj5M)E<GNfP%%>grO!+6?JuF6PP{PJPe7-"
        "d*ymo`ymY4kLgHlg@+n-AA)GF-"
        ">1;IC|b2a9EytYIqm+IG0H<6YWc{7ysHA57WviIGl}6N=nNM6l5W%`GTHp`5Vra_j#i%4MB3sXIIFnHe*TcMH0H>_E`I+Sr)w%&Y"
        "Ir3R4&"
    ),
    (6, "secret"): (
        "c-"
        "n<i%W4!s6a|<44GJZao!a$&z!*%N85AQ4i3U*=>TxR>opgtujzm}ffIs2Jjej8GFNk|ru3ftmZ?$=hWMOwhSKqq#o^x)WTG<*;Z?"
        "K!DTKV$p{qKqqO4{(E8jVOjIqsoZ%-"
        "Uu_%IDg6eKIW8{Q`EOD?6md(xuD|cm;D}$?9r(>Mg$q3&OGIHmM)JJ_J(V@x7n7d$?UelL{1Hg1plnH9cXZzCTL~@|1|7^x0|g-"
        "+t$%;-"
        "At6N%RXM|H3_hH1q52F?OMNYsQIjy!6`g9VVXA+J;4Y)I}IX7SiWXOGt7FX#<+QexC?V>gjCWLx=CV?_mtFO+(S5@4z2apWc0bd-"
        "w6zkKZm|{cz>_?YQ^zWmr3S@?2co*#G|H(yh|`B=rPFEeo0s)86UR$!hJW-=DlH)a!8@HxHpHNe^&iva>6ed7X^^l-*A6o8-"
        "H6mco@L^(GmyEHbyoS_xW*%!0@Qq_Y5EnD#nR$0SWU8|OhlNLmC#jq-t|>}k}-"
        "Nz0sOnlnZj&}dzjK`>7fmm(mCP4tYh3XHcgI~RlsTsbd|;o3rwiYCdU5g;sfbwW$;a#A5FMI#Lnq=e!ma)VKBaRJ={{wj)PrHypl"
        "fD1O-"
        "Y@}mBg2^;cgC*NU7wHGn(;4EcJO6k@MiG1tE;}8;c>xJ&%H*;KY|5k(4nhFyaY!E5kt0;F6a@g)iHm^f$)c&e^eGr7v<e|xn;|+E"
        "ZD2^^QIXG0NXDUfZ5Zn0NYqiLRPd5p)b5ndIiWlnaE4TBn^WeTMo}P(mR+Kj%y`^EuF%pIJ-dijN+^=aS&X5VhMndt#ss|>v+hES"
        "yNk8L+4ET6`Pm$uRb08<w&lbQXK82l2Fld$jmguI!XZYL1GOO~uY+=uYA+NxlO3~s_5T@oSSL;FULW>E4G6>8@?Aen0KHeOtV}ki"
        ")gNkcPJI"
    ),
}
ENCRYPTED = {key: zlib.decompress(base64.b85decode(text)) for key, text in _PACKED.items()}
