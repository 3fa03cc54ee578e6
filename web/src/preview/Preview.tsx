import { IconButton } from '@atlaskit/button/new';
import ChevronLeft from '@atlaskit/icon/core/chevron-left';
import ChevronRight from '@atlaskit/icon/core/chevron-right';
import ZoomIn from '@atlaskit/icon/core/zoom-in';
import ZoomOut from '@atlaskit/icon/core/zoom-out';
import Spinner from '@atlaskit/spinner';
import { useId, useState } from 'react';
import { ProblemMessage } from '../app/ProblemMessage';
import { useText } from '../i18n/useText';
import './preview.css';
import type { Picture, PreviewState } from './usePreview';

/** Widths of a sheet: 1 fits into the place. */
const ZOOMS = [1, 1.5, 2, 3];

interface Props {
  preview: PreviewState;
  /** Of the page or the space. */
  title: string;
  /** Pages of the whole document, if known. */
  count: number | undefined;
  /** What is said while there is nothing to show. */
  nothing: string;
}

/** The first sheets of the document as they will be, one at a time. */
export function Preview({ preview, title, count, nothing }: Props) {
  const text = useText();
  const id = useId();
  const [sheet, setSheet] = useState(0);
  const [zoom, setZoom] = useState(0);
  const { value, stale, problem, empty } = preview;
  const sheets = value?.sheets ?? [];
  const at = Math.min(sheet, Math.max(sheets.length - 1, 0));
  const picture = sheets[at];
  const partial = value !== undefined && count !== undefined && value.pages < count;
  return (
    <section className="xp-preview" aria-labelledby={`${id}-title`} aria-busy={stale && !empty}>
      <div className="xp-preview__head">
        <h2 id={`${id}-title`} className="xp-subtitle">
          {text('preview.title')}
        </h2>
        {stale && !empty && picture && <Spinner size="small" label={text('preview.loading')} />}
      </div>
      <Stage
        picture={problem ? undefined : picture}
        zoom={ZOOMS[zoom] ?? 1}
        stale={stale}
        alt={text('preview.sheet', { number: at + 1, title })}
        label={text('preview.area')}
      >
        {empty && <p className="xp-preview__note">{nothing}</p>}
        {problem && !empty && <ProblemMessage problem={problem} retry={preview.again} />}
        {!picture && !problem && !empty && <Ghost label={text('preview.loading')} />}
      </Stage>
      <div className="xp-preview__bar">
        <div className="xp-preview__group">
          <IconButton
            icon={ChevronLeft}
            label={text('preview.previous')}
            appearance="subtle"
            isDisabled={at === 0}
            onClick={() => setSheet(at - 1)}
          />
          <span className="xp-preview__position" aria-live="polite">
            {sheets.length > 0 && text('preview.position', { number: at + 1, count: sheets.length })}
          </span>
          <IconButton
            icon={ChevronRight}
            label={text('preview.next')}
            appearance="subtle"
            isDisabled={at >= sheets.length - 1}
            onClick={() => setSheet(at + 1)}
          />
        </div>
        <span className="xp-preview__what xp-hint">
          {value && !stale && text(partial ? 'preview.some' : 'preview.first', { pages: value.pages })}
        </span>
        <div className="xp-preview__group">
          <IconButton
            icon={ZoomOut}
            label={text('preview.smaller')}
            appearance="subtle"
            isDisabled={zoom === 0}
            onClick={() => setZoom(zoom - 1)}
          />
          <IconButton
            icon={ZoomIn}
            label={text('preview.larger')}
            appearance="subtle"
            isDisabled={!picture || zoom === ZOOMS.length - 1}
            onClick={() => setZoom(zoom + 1)}
          />
        </div>
      </div>
    </section>
  );
}

interface StageProps {
  picture: Picture | undefined;
  zoom: number;
  stale: boolean;
  alt: string;
  label: string;
  children: React.ReactNode;
}

function Stage({ picture, zoom, stale, alt, label, children }: StageProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className="xp-preview__stage" tabIndex={0} aria-label={label}>
      {picture ? (
        <img
          className={stale ? 'xp-sheet xp-sheet--stale' : 'xp-sheet'}
          src={`data:image/png;base64,${picture.data}`}
          alt={alt}
          width={picture.width}
          height={picture.height}
          style={{ '--zoom': zoom, '--shape': picture.width / picture.height } as React.CSSProperties}
        />
      ) : (
        children
      )}
    </section>
  );
}

/** A sheet that is about to come. */
function Ghost({ label }: { label: string }) {
  return (
    <div className="xp-sheet xp-sheet--ghost" role="status">
      <Spinner size="large" label={label} />
    </div>
  );
}
